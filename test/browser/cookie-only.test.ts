import { afterAll, beforeAll, expect, it } from 'vitest'
import { startCookieBackend } from './cookie-backend.ts'
import { describeEngines, type TestBrowser } from './engines/describe-engines.ts'
import type { Tab } from './engines/engine.ts'
import { fireTogether, inAll, signedIn, standings } from './open-tabs.ts'
import { type BuiltPage, buildPage } from './page-host.ts'

let page: BuiltPage

beforeAll(async () => {
  page = await buildPage(new URL('./pages/session.ts', import.meta.url))
})

afterAll(() => page?.cleanUp())

const options = {
  refresh: { url: '/auth/refresh', accessToken: false },
  csrf: {
    header: 'X-XSRF-TOKEN',
    cookie: 'XSRF-TOKEN',
    renewal: { url: '/csrf-cookie', status: [419] },
  },
}

/** Two tabs of a user who has signed in with cookies only. */
async function open(browser: TestBrowser) {
  const backend = await startCookieBackend(page)
  const profile = await browser.newProfile()
  const tabs: Tab[] = []
  for (const isFirst of [true, false]) {
    const tab = await profile.newTab()
    await tab.goto(`${backend.origin}/?options=${encodeURIComponent(JSON.stringify(options))}`)
    await tab.waitFor(() => app.session.getSnapshot().status !== 'loading')
    if (isFirst) {
      await tab.evaluate(async () => {
        await app.signIn('alice')
      })
    }
    tabs.push(tab)
  }
  // A tab that got no answer in time, the machine being busy, has refreshed for itself: so young a cookie is not blamed for a 401.
  const isOld = (lifetime: number) =>
    (app.session.getSnapshot().expiresAt ?? 0) - Date.now() < lifetime - 5500
  if (backend.count('/auth/refresh', 200) > 0) for (const tab of tabs) await tab.waitFor(isOld, 600_000)
  backend.calls.length = 0
  return { ...backend, tabs }
}

describeEngines('a session of cookies only', (browser) => {
  it('refreshes once for all calls of two tabs, after which each is answered', async () => {
    const { tabs, expireAccess, count, calls } = await open(browser)
    expect(await standings(tabs)).toEqual([signedIn, signedIn])
    expireAccess()
    expect(new Set(await fireTogether(tabs, 10))).toEqual(new Set([200]))
    expect(count('/auth/refresh')).toBe(1)
    expect(calls.some(({ authorization }) => authorization !== undefined)).toBe(false)
    expect(await inAll(tabs, () => app.session.getAccessToken())).toEqual(['', ''])
  })

  it('gets a new CSRF cookie, once, each time the old one is refused', async () => {
    const { tabs, changeCsrf, count } = await open(browser)
    const [tab] = tabs
    // Many times: in WebKit the page cannot always read the cookie yet when the answer is there.
    for (let times = 1; times <= 20; times++) {
      changeCsrf()
      expect(new Set(await tab?.evaluate(() => app.fire(10)))).toEqual(new Set([200]))
      expect(count('/csrf-cookie')).toBe(times)
    }
    expect(count('/auth/refresh')).toBe(0)
  })

  it('ends in all tabs when the server refuses', async () => {
    const { tabs, expireAccess, endSession, count } = await open(browser)
    expireAccess()
    endSession()
    await tabs[0]?.evaluate(() => app.fire(1))
    await tabs[1]?.waitFor(() => app.session.getSnapshot().status === 'unauthenticated')
    expect(count('/auth/refresh')).toBe(1)
    expect(await standings(tabs)).toEqual([
      { status: 'unauthenticated', reason: 'expired' },
      { status: 'unauthenticated', reason: 'expired' },
    ])
  })
})
