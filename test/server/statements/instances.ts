import { onTestFinished } from 'vitest'
import { systemRandom } from '../../../demo/server/ambient.ts'
import type { AppOptions } from '../../../demo/server/app.ts'
import { disableUser } from '../../../demo/server/session/accounts.ts'
import { createPostgresStore } from '../../../demo/server/store/postgres-store.ts'
import type { Store } from '../../../demo/server/store/store.ts'
import { createSite, demo, type Site, type Visitor } from '../app-with.ts'
import { createDatabase, stores } from '../backend.ts'

type Options = Partial<Omit<AppOptions, 'store' | 'keys' | 'clock'>>

/** Several backends on one database. */
export interface Instances {
  sites: Site[]
  first: Site
  advance(ms: number): void
  /** The browser of this visitor, with the cookies it has now, at one of the instances. */
  at(index: number, visitor: Visitor): Visitor
}

/** Two connections of one process would lock each other out of a SQLite file: there the instances share the store. */
export const clusters = stores.map(({ kind, create }) => ({
  kind,
  async open(count: number, options: Options = {}): Promise<Instances> {
    const opened = kind === 'postgres' ? await openEach(count) : Array(count).fill(await create())
    const sites: Site[] = []
    for (const store of opened) sites.push(await createSite(store, options))
    const [first] = sites
    if (!first) throw new Error('there is no instance')
    return {
      sites,
      first,
      advance: (ms) => {
        for (const { clock } of sites) clock.advance(ms)
      },
      at(index, { jar }) {
        const visitor = (sites[index % count] ?? first).visitor()
        for (const [name, value] of jar) visitor.jar.set(name, value)
        return visitor
      },
    }
  },
}))

async function openEach(count: number): Promise<Store[]> {
  const url = await createDatabase()
  const opened: Store[] = []
  for (let index = 0; index < count; index++) {
    const store = await createPostgresStore(url)
    onTestFinished(() => store.close())
    opened.push(store)
  }
  return opened
}

export const disable = ({ store, clock }: Site, email: string = demo.email) =>
  disableUser(email, { store, clock: () => clock.now, random: systemRandom })

/** A way to a new password, as it is mailed. */
export async function requestReset({ visitor, nextMail }: Site, email: string = demo.email): Promise<string> {
  const coming = nextMail()
  await visitor().post('/auth/password/reset-request', { email })
  return (await coming).token
}
