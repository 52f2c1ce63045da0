import type { ServerOptions } from '../../demo/server/node.ts'
import { startBackend } from './backend-page.ts'
import type { TestBrowser } from './engines/describe-engines.ts'
import type { Profile, Tab } from './engines/engine.ts'
import { serveInFront } from './front.ts'
import type { BuiltPage } from './page-host.ts'

// The backend takes something off at random from a minute on.
const usualLifetime = 50_000

export interface TabsOptions {
  /** How many at first. @default 2 */
  readonly count?: number
  /** Of the backend. */
  readonly server?: Partial<ServerOptions>
  /** Of `createSession`. */
  readonly session?: object
  /** What the pages find missing: any of `locks`, `channels`, `storage`. */
  readonly without?: readonly string[]
  /** The name of the pages' own host, if that is not the backend. */
  readonly host?: string
}

/** Tabs of one user, in each of whom the session knows how it stands. */
export async function openAnonymousTabs(browser: TestBrowser, page: BuiltPage, options: TabsOptions = {}) {
  const { count = 2, session = {}, without = [], host } = options
  const lifetime = options.server?.accessTokenLifetime ?? usualLifetime
  const server = await startBackend(page, { ...options.server, accessTokenLifetime: lifetime })
  const profile = await browser.newProfile()
  const query = new URLSearchParams({ options: JSON.stringify(session), without: without.join() })
  const origin = host ? await serveInFront(page, server.url, host) : server.url
  const url = `${origin}/?${query}`

  async function newTab(): Promise<Tab> {
    const tab = await profile.newTab()
    await tab.goto(url)
    await tab.waitFor(() => app.session.getSnapshot().status !== 'loading')
    return tab
  }

  const tabs: Tab[] = []
  while (tabs.length < count) tabs.push(await newTab())
  // The one that somebody has signed in with is of unknown age.
  const areShared = !without.includes('channels') && !('shareToken' in session)
  return { server, profile, url, lifetime, areShared, tabs, newTab }
}

/** The same, with Alice signed in since before all but the first were opened. */
export async function openTabs(browser: TestBrowser, page: BuiltPage, options: TabsOptions = {}) {
  const { count = 2 } = options
  const opened = await openAnonymousTabs(browser, page, { ...options, count: 1 })
  const { server, tabs, newTab } = opened
  await tabs[0]?.evaluate(async () => {
    await app.signIn('alice')
  })
  while (tabs.length < count) tabs.push(await newTab())
  // A tab that got no answer in time, the machine being busy, has refreshed for itself.
  const isAlike = server.seen('/auth/refresh').every(({ status }) => status !== 200)
  server.control.resetLog()
  await forgetEvents(tabs)
  return { ...opened, areShared: opened.areShared && isAlike }
}

/**
 * The backend forgets all tokens issued so far. Where each tab has refreshed for itself, not before those are some seconds
 * old: refused earlier, they would be taken for good ones, which another token cannot better.
 */
export async function expireTokens(opened: Awaited<ReturnType<typeof openTabs>>): Promise<void> {
  const { server, tabs, lifetime, areShared } = opened
  const freshness = Math.min(5000, lifetime / 4)
  const isOld = (rest: number) => (app.session.getSnapshot().expiresAt ?? 0) - Date.now() < rest
  if (!areShared) for (const tab of tabs) await tab.waitFor(isOld, lifetime - freshness - 500)
  server.control.expireTokens()
}

export async function forgetEvents(tabs: readonly Tab[]): Promise<void> {
  await inAll(tabs, () => {
    app.events.length = 0
  })
}

export function inAll<Result>(tabs: readonly Tab[], fn: () => Result | Promise<Result>): Promise<Result[]> {
  return Promise.all(tabs.map((tab) => tab.evaluate(fn)))
}

/** So many calls of each tab, all at the same moment; the statuses of all. */
export async function fireTogether(tabs: readonly Tab[], count = 2): Promise<number[]> {
  await Promise.all(tabs.map((tab) => tab.evaluate((count) => app.prepare(count), count)))
  await tabs[0]?.evaluate(() => app.start())
  const statuses = await inAll(tabs, () => app.statuses())
  return statuses.flatMap((some) => some ?? [])
}

/** How the session stands in each tab, for comparing. */
export const standings = (tabs: readonly Tab[]) =>
  inAll(tabs, () => {
    const { status, reason } = app.session.getSnapshot()
    return { status, reason }
  })

export const signedIn = { status: 'authenticated', reason: undefined }

export async function refreshCookieOf(profile: Profile, url: string): Promise<string | undefined> {
  const cookies = await profile.cookies(url)
  return cookies.find(({ name }) => name === 'sr_rt')?.value
}
