import { afterAll, beforeAll, expect, it } from 'vitest'
import { startBackend } from './backend-page.ts'
import { describeEngines, type TestBrowser } from './engines/describe-engines.ts'
import type { Profile, Tab } from './engines/engine.ts'
import { type BuiltPage, buildPage } from './page-host.ts'
import { type Backend, beginSlowRefresh, signIn } from './slow-refresh.ts'

let page: BuiltPage

beforeAll(async () => {
  page = await buildPage(new URL('./pages/session.ts', import.meta.url))
})

afterAll(() => page?.cleanUp())

const lifetime = 3000
const server = { accessTokenLifetime: lifetime }
const own = { refreshMargin: 1300 }

/** What a page sees when its tab is switched to or away from. */
const setVisibility = (tab: Tab, state: DocumentVisibilityState): Promise<void> =>
  tab.evaluate((state) => {
    Object.defineProperty(document, 'visibilityState', { configurable: true, get: () => state })
    document.dispatchEvent(new Event('visibilitychange'))
  }, state)

/** A tab out of sight: a real one where the engine has such, else one that is told so. */
async function openHidden(browser: TestBrowser): Promise<{ backend: Backend; tab: Tab }> {
  const backend = await startBackend(page, server)
  const profile = await browser.newProfile()
  const tab = await profile.newTab({ hidden: browser.can.hiddenTabs })
  await tab.goto(`${backend.url}/?options=${encodeURIComponent(JSON.stringify(own))}`)
  if (!browser.can.hiddenTabs) await setVisibility(tab, 'hidden')
  await tab.evaluate(async () => {
    await app.signIn('alice')
  })
  backend.control.resetLog()
  return { backend, tab }
}

/** Where the driver cannot do it, the page is only told; that is what it goes by. */
async function setOffline(
  browser: TestBrowser,
  profile: Profile,
  tab: Tab,
  isOffline: boolean,
): Promise<void> {
  if (browser.can.setOffline) return profile.setOffline(isOffline)
  await tab.evaluate((isOffline) => {
    Object.defineProperty(navigator, 'onLine', { configurable: true, get: () => !isOffline })
    dispatchEvent(new Event(isOffline ? 'offline' : 'online'))
  }, isOffline)
}

describeEngines('a tab out of sight', (browser) => {
  it('makes no refresh by itself for three lifetimes, and one as soon as it is seen again', async () => {
    const { backend, tab } = await openHidden(browser)
    const expiresAt = await tab.evaluate(() => app.session.getSnapshot().expiresAt ?? 0)
    await tab.waitFor((end) => Date.now() > end, expiresAt + 2 * lifetime)
    expect(backend.seen('/auth/refresh')).toEqual([])
    expect(await tab.evaluate(() => app.session.getSnapshot().status)).toBe('authenticated')
    await tab.evaluate(() => {
      app.events.length = 0
    })
    await setVisibility(tab, 'visible')
    await tab.waitFor(() => app.events.some(({ type }) => type === 'refreshed'))
    expect(await tab.evaluate(() => app.events[0])).toMatchObject({ reason: 'proactive' })
    expect(backend.seen('/auth/refresh')).toHaveLength(1)
    expect(await tab.evaluate(() => app.fire(2))).toEqual([200, 200])
  })

  it('makes the refresh that a call of its own needs', async () => {
    const { backend, tab } = await openHidden(browser)
    const expiresAt = await tab.evaluate(() => app.session.getSnapshot().expiresAt ?? 0)
    await tab.waitFor((end) => Date.now() > end, expiresAt)
    expect(await tab.evaluate(() => app.fire(4))).toEqual([200, 200, 200, 200])
    expect(backend.seen('/auth/refresh')).toHaveLength(1)
  })
})

describeEngines('a browser that is offline for a while', (browser) => {
  it('answers all who have waited meanwhile after one refresh on its return', async () => {
    const { server: backend, profile, tab } = await signIn(browser, page, server, own)
    await setOffline(browser, profile, tab, true)
    const expiresAt = await tab.evaluate(() => app.session.getSnapshot().expiresAt ?? 0)
    await tab.waitFor((end) => Date.now() > end, expiresAt)
    const waiting = tab.evaluate(() => app.fire(4))
    // Begun before the network is back, and not turned away for want of it.
    expect(await tab.evaluate(() => app.session.getSnapshot().status)).toBe('authenticated')
    if (browser.can.setOffline) expect(backend.control.log()).toEqual([])
    await setOffline(browser, profile, tab, false)
    expect(await waiting).toEqual([200, 200, 200, 200])
    expect(backend.seen('/auth/refresh')).toHaveLength(1)
    expect(backend.seen('/api/items')).toHaveLength(4)
  })

  it('keeps its session when the network goes in the middle of a refresh', async () => {
    if (!browser.can.setOffline) {
      // What its driver cannot do, a server can that does not answer: its answer gets lost, too.
      const { server: backend, tab } = await signIn(browser, page, { gracePeriod: 1 })
      backend.control.set({ dropRefreshAnswers: 1 })
      backend.control.expireTokens()
      expect(await tab.evaluate(() => app.fire(2))).toEqual([200, 200])
      return
    }
    const { server: backend, profile, tab } = await signIn(browser, page, { gracePeriod: 1 })
    await beginSlowRefresh(backend, tab, 1500)
    await profile.setOffline(true)
    await tab.waitFor(() => !navigator.onLine)
    await profile.setOffline(false)
    await tab.waitFor(() => !app.session.getSnapshot().refreshing)
    expect(await tab.evaluate(() => app.session.refresh().then(Boolean))).toBe(true)
    expect(await tab.evaluate(() => app.fire(2))).toEqual([200, 200])
    expect(await tab.evaluate(() => app.events.filter(({ type }) => type === 'ended'))).toEqual([])
  })
})
