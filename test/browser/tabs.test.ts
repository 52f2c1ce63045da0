import { afterAll, beforeAll, expect, it } from 'vitest'
import { describeEngines } from './engines/describe-engines.ts'
import {
  expireTokens,
  fireTogether,
  inAll,
  openAnonymousTabs,
  openTabs,
  signedIn,
  standings,
} from './open-tabs.ts'
import { type BuiltPage, buildPage } from './page-host.ts'

let page: BuiltPage

beforeAll(async () => {
  page = await buildPage(new URL('./pages/session.ts', import.meta.url))
})

afterAll(() => page?.cleanUp())

const good = (count: number) => Array(count).fill(200)

describeEngines('tabs of one browser', (browser) => {
  it('share one refresh when all of their tokens are refused at once', async () => {
    const opened = await openTabs(browser, page, { count: 20 })
    const { server, tabs } = opened
    expect(await inAll(tabs, () => app.session.getSnapshot().coordination)).toEqual(Array(20).fill('full'))
    await expireTokens(opened)
    expect(await fireTogether(tabs)).toEqual(good(40))
    expect(server.seen('/auth/refresh')).toHaveLength(1)
    expect(await standings(tabs)).toEqual(Array(20).fill(signedIn))
    expect(await inAll(tabs, () => [app.count('ended'), ...app.errors])).toEqual(Array(20).fill([0]))
  })

  it('share one refresh when their token runs out', async () => {
    const lifetime = 8000
    const { server, tabs } = await openTabs(browser, page, {
      count: 20,
      server: { accessTokenLifetime: lifetime },
      session: { refreshMargin: 0 },
    })
    // A token of which all have heard, to begin with.
    await tabs[0]?.evaluate(() => app.session.refresh().then(Boolean))
    const known = await tabs[0]?.evaluate(() => app.session.getSnapshot().expiresAt ?? 0)
    for (const tab of tabs)
      await tab.waitFor((known) => (app.session.getSnapshot().expiresAt ?? 0) > known - 1000, known ?? 0)
    server.control.resetLog()
    const statuses = await inAll(tabs, async () => {
      const { expiresAt = 0 } = app.session.getSnapshot()
      await new Promise((resolve) => setTimeout(resolve, expiresAt - Date.now() + 50))
      return app.fire(2)
    })
    expect(statuses.flat()).toEqual(good(40))
    expect(server.seen('/auth/refresh')).toHaveLength(1)
    // None went out with a dead token.
    expect(server.seen('/api/items').map(({ status }) => status)).toEqual(good(40))
    expect(new Set(server.seen('/api/items').map(({ tokenHash }) => tokenHash)).size).toBe(1)
  })

  it('share one refresh ahead of expiry, one lifetime after another', async () => {
    const { server, tabs } = await openTabs(browser, page, {
      count: 4,
      server: { accessTokenLifetime: 4000 },
      session: { refreshMargin: 1500 },
    })
    const first = server.seen('/auth/refresh').length
    const statuses = await inAll(tabs, async () => {
      const seen = new Set<number>()
      const renewals = () => app.count('refreshed') + app.count('adopted')
      while (renewals() < 3) {
        for (const status of await app.fire(2)) seen.add(status)
        await new Promise((resolve) => setTimeout(resolve, 100))
      }
      return [...seen]
    })
    expect(statuses).toEqual(Array(4).fill([200]))
    const refreshes = server.seen('/auth/refresh').slice(first)
    // Each tab has heard of three.
    expect(refreshes).toHaveLength(3)
    expect(server.control.log().filter(({ status }) => status === 401)).toEqual([])
  })

  it('share one refresh when all of them are reloaded at once', async () => {
    const { server, tabs } = await openTabs(browser, page, { count: 6 })
    await Promise.all(tabs.map((tab) => tab.reload()))
    expect((await inAll(tabs, () => app.fire(2))).flat()).toEqual(good(12))
    expect(server.seen('/api/items').map(({ status }) => status)).toEqual(good(12))
    expect(server.seen('/auth/refresh').length).toBeLessThanOrEqual(1)
  })

  it('refresh one after another where tokens are not shared, and nobody is signed out', async () => {
    const opened = await openTabs(browser, page, {
      count: 5,
      server: { strict: true },
      session: { shareToken: false },
    })
    const { server, tabs } = opened
    await expireTokens(opened)
    server.control.set({ refreshDelay: 200 })
    expect(await fireTogether(tabs)).toEqual(good(10))
    const refreshes = server.seen('/auth/refresh')
    expect(refreshes.map(({ status }) => status)).toEqual(good(5))
    for (const [index, { at }] of refreshes.slice(1).entries())
      expect(at).toBeGreaterThanOrEqual(refreshes[index]?.answeredAt ?? Infinity)
    expect(await standings(tabs)).toEqual(Array(5).fill(signedIn))
  })
})

describeEngines('a new tab', (browser) => {
  it('starts with the token of a sibling: no refresh, and its first request is answered', async () => {
    const { server, newTab } = await openTabs(browser, page, { count: 1 })
    const tab = await newTab()
    expect(await tab.evaluate(() => app.fire(2))).toEqual([200, 200])
    expect(server.seen('/auth/refresh')).toHaveLength(0)
    expect(server.seen('/api/items').map(({ status }) => status)).toEqual([200, 200])
    expect(await tab.evaluate(() => app.events.map(({ type }) => type))).toContain('adopted')
  })

  it('makes one refresh where no sibling is there any more', async () => {
    const { server, tabs, newTab } = await openTabs(browser, page)
    for (const tab of tabs) await tab.close()
    const tab = await newTab()
    expect(await tab.evaluate(() => app.fire(2))).toEqual([200, 200])
    expect(server.seen('/auth/refresh')).toHaveLength(1)
  })

  it('makes one refresh where its sibling has left for another site', async () => {
    const { server, tabs, newTab } = await openTabs(browser, page, { count: 1 })
    await tabs[0]?.leave(`http://127.0.0.1:${server.port}/api/public`)
    await tabs[0]?.waitFor(() => location.pathname === '/api/public')
    const tab = await newTab()
    expect(await tab.evaluate(() => app.fire(2))).toEqual([200, 200])
    expect(server.seen('/auth/refresh')).toHaveLength(1)
  })

  it('of an anonymous visitor costs no refresh where the hint cookie tells, and hears of a sign-in', async () => {
    const session = { hintCookie: 'sr_hint' }
    const { server, tabs } = await openAnonymousTabs(browser, page, { count: 3, session })
    expect(server.seen('/auth')).toHaveLength(0)
    expect(await standings(tabs)).toEqual(Array(3).fill({ status: 'unauthenticated', reason: 'none' }))
    await tabs[0]?.evaluate(async () => {
      await app.signIn('alice')
    })
    for (const tab of tabs) await tab.waitFor(() => app.session.getSnapshot().status === 'authenticated')
    expect((await inAll(tabs, () => app.fire(2))).flat()).toEqual(good(6))
    expect(server.seen('/auth/refresh')).toHaveLength(0)
  })
})
