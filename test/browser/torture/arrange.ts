import { type RunningServer, type ServerOptions, startServer } from '../../../demo/server/node.ts'
import type { Profile, Tab } from '../engines/engine.ts'
import type { BuiltPage } from '../page-host.ts'

/** Numbers from 0 to 1, the same ones for the same seed (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

export const pick = <Value>(random: () => number, values: readonly Value[]): Value => {
  const value = values[Math.floor(random() * values.length)]
  if (value === undefined) throw new Error('nothing to pick from')
  return value
}

/** Short enough that nearly every refresh rotates the cookie: within it the server would leave it as it is. */
const gracePeriod = 1000

export const startWorld = (page: BuiltPage, options: Partial<ServerOptions>): Promise<RunningServer> =>
  startServer({
    database: ':memory:',
    accessTokenLifetime: 60_000,
    gracePeriod,
    control: true,
    rateLimits: false,
    staticRoot: page.directory,
    ...options,
  })

/** How often the server has taken its user for a thief. */
export async function countReuses({ store }: RunningServer): Promise<number> {
  const entries = await store.read((records) => records.listAuditEntries())
  return entries.filter(({ event }) => event === 'refresh_reused').length
}

export async function openTab(profile: Profile, url: string): Promise<Tab> {
  const tab = await profile.newTab()
  await tab.goto(url)
  return tab
}

/** The log as one line, times relative to `since`. */
export const tellLog = ({ control }: RunningServer, since: number): string =>
  control
    .log()
    .filter(({ path }) => /^\/(auth|api)\//.test(path))
    .map(({ path, status, at, answeredAt, cookieHash, setCookieHash }) => {
      const end = answeredAt === null ? '...' : answeredAt - since
      return `${path} ${at - since}-${end} ${status} ${cookieHash}>${setCookieHash ?? '-'}`
    })
    .join(' | ')
