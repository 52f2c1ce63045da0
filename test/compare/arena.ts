import { type RunningServer, startServer } from '../../demo/server/node.ts'
import { createPbkdf2Hasher } from '../../demo/server/session/passwords.ts'
import type { Engine, Profile, Tab } from '../browser/engines/engine.ts'
import type { Dialect } from './dialects.ts'
import { type Front, startFront } from './front.ts'
import type { CallSpec, Outcome } from './page.ts'

export interface ArenaOptions {
  /** Of the access tokens in milliseconds. */
  readonly lifetime: number
  /** Whether a refresh token that comes twice ends the session, as OWASP ASVS 10.4.5 has it. */
  readonly isStrict: boolean
  readonly tabs: number
  /** By how much the client's clock is wrong. */
  readonly skew: number
  readonly isOpaque: boolean
}

/** One user of one app, signed in, with a backend of his own. */
export interface Arena extends AsyncDisposable {
  readonly front: Front
  readonly server: RunningServer
  readonly profile: Profile
  readonly tabs: readonly Tab[]
  readonly first: Tab
  readonly lifetime: number
  /** Lets time pass for the server and all tabs. */
  pass(ms: number): Promise<void>
  /** The same, until just after the end of every token given out. */
  outlive(): Promise<void>
  reload(tab: Tab): Promise<void>
}

export const alice = 'demo@example.com'
export const bob = 'second@example.com'

/** Longer than any user waits. */
export const patience = 20_000

const quiet = 1500

export async function openArena(
  engine: Engine,
  { dialect, script }: { dialect: Dialect; script: string },
  { lifetime, isStrict, tabs: count, skew, isOpaque }: ArenaOptions,
): Promise<Arena> {
  let ahead = 0
  const server = await startServer({
    database: ':memory:',
    control: true,
    rateLimits: false,
    passwords: createPbkdf2Hasher({ iterations: 1 }),
    accessTokenLifetime: lifetime,
    lifetimeJitter: 0,
    strict: isStrict,
    clock: () => Date.now() + ahead,
  })
  const front = await startFront({ dialect, server, script, skew, isOpaque })
  const profile = await engine.newProfile()

  async function load(tab: Tab): Promise<void> {
    await tab.waitFor(() => typeof contest === 'object')
    await tab.evaluate((lifetime) => contest.start(lifetime), lifetime)
  }

  async function open(): Promise<Tab> {
    const tab = await profile.newTab()
    await tab.goto(`${front.origin}/`)
    await load(tab)
    return tab
  }

  const first = await open()
  await first.evaluate((email) => contest.signIn(email), alice)
  const tabs = [first]
  while (tabs.length < count) tabs.push(await open())
  // Those that keep their token to themselves get it by their first call.
  for (const tab of tabs) {
    await fire(tab, 'before', [{ path: '/items?n=1' }])
    const [outcome] = await settled(tab, 'before')
    if (outcome?.settled !== 'answered') throw new Error(`the first call failed: ${outcome?.error}`)
  }
  front.forget()

  const pass = async (ms: number): Promise<void> => {
    ahead += ms
    front.setSkew(skew + ahead)
    for (const tab of tabs) await tab.evaluate((ms) => moveClock(ms), ms)
  }

  return {
    front,
    server,
    profile,
    tabs,
    first,
    lifetime,
    pass,
    outlive: () => pass(lifetime + 60_000),
    async reload(tab) {
      await tab.reload()
      await load(tab)
    },
    async [Symbol.asyncDispose]() {
      await profile.close()
      await front.close()
      await server.close()
    },
  }
}

export async function fire(tab: Tab, name: string, specs: readonly CallSpec[]): Promise<void> {
  await tab.evaluate((name, specs) => contest.fire(name, specs), name, specs)
}

export function settled(tab: Tab, name: string, wait = patience): Promise<readonly Outcome[]> {
  return tab.evaluate((name, wait) => contest.settled(name, wait), name, wait)
}

/** Calls, and what has become of them. */
export async function call(
  tab: Tab,
  specs: readonly CallSpec[],
  wait = patience,
): Promise<readonly Outcome[]> {
  const name = crypto.randomUUID()
  await fire(tab, name, specs)
  return settled(tab, name, wait)
}

/**
 * Until a refresh is under way and nothing else comes any more: what is going to meet its 401 has met it by then, although
 * browsers send only six requests to a server at once, and a machine may be slow.
 */
export async function untilQuiet(front: Front): Promise<void> {
  await until(() => front.worked() > 0)
  let seen = -1
  while (seen !== front.hits.length + front.refreshes()) {
    seen = front.hits.length + front.refreshes()
    await pause(quiet)
  }
}

/** So many calls at once, and a refresh that lasts until all have met it. */
export async function callTogether(tab: Tab, front: Front, specs: readonly CallSpec[]) {
  const release = front.holdRefreshes()
  const name = crypto.randomUUID()
  await fire(tab, name, specs)
  await untilQuiet(front)
  release()
  return settled(tab, name)
}

/** Waits for what the server is going to see; says whether it has. */
export async function until(isSo: () => boolean, bound = 10_000): Promise<boolean> {
  const end = Date.now() + bound
  while (!isSo() && Date.now() < end) await new Promise((resolve) => setTimeout(resolve, 10))
  return isSo()
}

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))
