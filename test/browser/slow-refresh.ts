import { createHash } from 'node:crypto'
import { expect } from 'vitest'
import type { ServerOptions } from '../../demo/server/node.ts'
import { startBackend } from './backend-page.ts'
import type { TestBrowser } from './engines/describe-engines.ts'
import type { Profile, Tab } from './engines/engine.ts'
import type { BuiltPage } from './page-host.ts'

export type Backend = Awaited<ReturnType<typeof startBackend>>

/** Long enough for a page to go, and to be followed by another, before the answer comes. */
const slow = 1500

/** The refresh cookie of the jar, as the server's log names it. */
export async function jarHash(profile: Profile, url: string): Promise<string | undefined> {
  // A page without the library: WebKit has to load one where no tab shows it.
  const cookies = await profile.cookies(`${url}/api/public`)
  const cookie = cookies.find(({ name }) => name === 'sr_rt')
  return cookie && createHash('sha256').update(cookie.value).digest('hex').slice(0, 8)
}

const pageUrl = (url: string, own: object): string =>
  `${url}/?options=${encodeURIComponent(JSON.stringify(own))}`

/** Another tab on the page; its session knows how it stands. */
export async function openTab(profile: Profile, url: string, own: object = {}): Promise<Tab> {
  const tab = await profile.newTab()
  await tab.goto(pageUrl(url, own))
  await tab.waitFor(() => app.session.getSnapshot().status !== 'loading')
  return tab
}

export interface SignedIn {
  readonly server: Backend
  readonly profile: Profile
  readonly tab: Tab
}

/** A tab whose user is signed in, with an empty log at the server. */
export async function signIn(
  browser: TestBrowser,
  page: BuiltPage,
  options: Partial<ServerOptions> = {},
  own: object = {},
): Promise<SignedIn> {
  const server = await startBackend(page, options)
  const profile = await browser.newProfile()
  const tab = await openTab(profile, server.url, own)
  await tab.evaluate(async () => {
    await app.signIn('alice')
    app.events.length = 0
  })
  server.control.resetLog()
  return { server, profile, tab }
}

/** Makes a refresh start that takes a while; it is under way when this resolves. Later ones are quick. */
export async function beginSlowRefresh(server: Backend, tab: Tab, duration = slow): Promise<void> {
  const before = server.seen('/auth/refresh').length
  server.control.expireTokens()
  server.control.set({ refreshDelay: duration })
  await tab.evaluate(() => {
    void app.apiFetch('/api/me').catch(() => {})
  })
  // The cookie of the answer is known once the server has done its work and only waits.
  const isDone = () => server.seen('/auth/refresh').at(before)?.setCookieHash
  await expect.poll(isDone, { timeout: 20_000, interval: 10 }).toBeTruthy()
  server.control.set({ refreshDelay: 0 })
}

/** The events of the server's audit that tell about refreshes, and of how many sessions they tell. */
export async function auditRefreshes({ store }: Backend) {
  const entries = await store.read((records) => records.listAuditEntries())
  const refreshes = entries.filter(({ event }) => event.startsWith('refresh'))
  return {
    events: refreshes.map(({ event }) => event),
    sessions: new Set(refreshes.map(({ sessionId }) => sessionId)).size,
  }
}

export const exits = {
  link: async (_profile: Profile, tab: Tab, url: string): Promise<Tab> => {
    await tab.leave(url)
    await tab.waitFor((target) => location.href === target && document.readyState === 'complete', url)
    return tab
  },
  reload: async (_profile: Profile, tab: Tab): Promise<Tab> => {
    await tab.reload()
    return tab
  },
  'closing the tab': async (profile: Profile, tab: Tab, url: string): Promise<Tab> => {
    await tab.close()
    const next = await profile.newTab()
    await next.goto(url)
    return next
  },
} as const

export type Exit = keyof typeof exits

export const exitNames = Object.keys(exits) as Exit[]
