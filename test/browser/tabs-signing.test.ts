import { afterAll, beforeAll, expect, it } from 'vitest'
import { openPage } from './backend-page.ts'
import { describeEngines } from './engines/describe-engines.ts'
import type { Tab } from './engines/engine.ts'
import {
  expireTokens,
  fireTogether,
  forgetEvents,
  inAll,
  openAnonymousTabs,
  openTabs,
  refreshCookieOf,
  signedIn,
  standings,
} from './open-tabs.ts'
import { type BuiltPage, buildPage } from './page-host.ts'

let page: BuiltPage

beforeAll(async () => {
  page = await buildPage(new URL('./pages/session.ts', import.meta.url))
})

afterAll(() => page?.cleanUp())

const signIn = (tab: Tab, user: 'alice' | 'bob') =>
  tab.evaluate(async (user) => {
    await app.signIn(user)
  }, user)

const signedOutElsewhere = { status: 'unauthenticated', reason: 'signed_out_elsewhere' }

const whoIsIn = (tabs: readonly Tab[]) =>
  inAll(tabs, async () => ((await app.api.get('/me')).data as { email: string }).email)

describeEngines('all tabs of one browser', (browser) => {
  it('are signed in when one of them signs in', async () => {
    const { server, tabs } = await openAnonymousTabs(browser, page, { count: 3 })
    const [first, ...others] = tabs as [Tab, ...Tab[]]
    await forgetEvents(tabs)
    server.control.resetLog()
    await signIn(first, 'alice')
    for (const tab of others) await tab.waitFor(() => app.session.getSnapshot().status === 'authenticated')
    expect(await inAll(others, () => app.events)).toEqual(
      Array(2).fill([{ type: 'signed-in', elsewhere: true }]),
    )
    expect(await first.evaluate(() => app.events)).toEqual([{ type: 'signed-in' }])
    expect(await whoIsIn(tabs)).toEqual(Array(3).fill('demo@example.com'))
    expect(server.seen('/auth/refresh')).toHaveLength(0)
  })

  it('are signed out when one of them signs out', async () => {
    const { server, tabs } = await openTabs(browser, page, { count: 3 })
    const [first, ...others] = tabs as [Tab, ...Tab[]]
    await first.evaluate(() => app.session.signOut())
    for (const tab of others) await tab.waitFor(() => app.session.getSnapshot().status === 'unauthenticated')
    expect(await standings(others)).toEqual(Array(2).fill(signedOutElsewhere))
    expect(await standings([first])).toEqual([{ status: 'unauthenticated', reason: 'signed_out' }])
    expect(await inAll(others, () => app.events)).toEqual(
      Array(2).fill([{ type: 'ended', reason: 'signed_out_elsewhere' }]),
    )
    expect((await inAll(tabs, () => app.fire(2))).flat()).toEqual(Array(6).fill(401))
    expect(server.seen('/api/items').some(({ authorization }) => authorization)).toBe(false)
    expect(server.seen('/auth/logout')).toHaveLength(1)
    expect(server.seen('/auth/refresh')).toHaveLength(0)
  })

  it('go over to the next user when one of them signs another in', async () => {
    const { server, tabs } = await openTabs(browser, page, { count: 3 })
    const [first, ...others] = tabs as [Tab, ...Tab[]]
    await signIn(first, 'bob')
    for (const tab of others) await tab.waitFor(() => app.count('signed-in') === 1)
    expect(await standings(tabs)).toEqual(Array(3).fill(signedIn))
    expect(await whoIsIn(tabs)).toEqual(Array(3).fill('second@example.com'))
    expect(server.seen('/auth/refresh')).toHaveLength(0)
    await Promise.all(tabs.map((tab) => tab.reload()))
    expect(await whoIsIn(tabs)).toEqual(Array(3).fill('second@example.com'))
  })

  it('renew a token that one of them was given, and that was not as new as it seemed', async () => {
    const { server, tabs } = await openTabs(browser, page)
    const [first, other] = tabs as [Tab, Tab]
    // As a page may have it from the server that rendered it.
    const given = await first.evaluate(() => app.session.getAccessToken())
    server.control.expireTokens()
    await first.evaluate((given) => app.session.signIn({ access_token: given }), given)
    await other.waitFor(() => app.count('signed-in') === 1)
    expect(await other.evaluate(() => app.fire(2))).toEqual([200, 200])
    expect(await first.evaluate(() => app.fire(2))).toEqual([200, 200])
    expect(server.seen('/auth/refresh')).toHaveLength(1)
  })

  it("reject what waited for one user's token when another tab signs the next user in, and never send it", async () => {
    const opened = await openTabs(browser, page)
    const { server, tabs } = opened
    const [mine, other] = tabs as [Tab, Tab]
    await expireTokens(opened)
    // The login call has the turn, so that the refresh of the other tab has to wait.
    await mine.evaluate(async () => {
      await new Promise<void>((begun) => {
        const login = async () => {
          begun()
          await new Promise((finish) => addEventListener('finish', finish))
          return app.apiFetch('/auth/login', {
            method: 'POST',
            headers: { 'Content-Type': 'application/json', 'X-Silent-Refresh': '1' },
            body: JSON.stringify({ email: 'second@example.com', password: 'correct horse' }),
          })
        }
        app.kept.signedIn = app.session.signIn(login).then(Boolean)
      })
    })
    await other.evaluate(async () => {
      const started = app.refreshStarted()
      app.kept.waiting = app.api.get('/me?alice').catch((error) => error.cause?.reason)
      await started
    })
    await mine.evaluate(() => {
      dispatchEvent(new Event('finish'))
      return app.kept.signedIn
    })
    const reason = await other.evaluate(() => app.kept.waiting)
    expect(reason).toBe('replaced')
    expect(server.seen('/api/me').map(({ status }) => status)).toEqual([401])
    expect(server.seen('/auth/refresh')).toHaveLength(0)
    expect(await whoIsIn(tabs)).toEqual(Array(2).fill('second@example.com'))
  })

  it('stay with the next user when the late refresh of another tab overwrites the cookie, after a check', async () => {
    // Strict, because a young cookie is otherwise left as it is.
    const opened = await openTabs(browser, page, { server: { strict: true } })
    const { server, tabs } = opened
    const [first, other] = tabs as [Tab, Tab]
    await expireTokens(opened)
    server.control.set({ refreshDelay: 2000 })
    await other.evaluate(() => {
      app.kept.waiting = app.api.get('/me').catch((error) => error.cause?.reason)
    })
    await expect.poll(() => server.seen('/auth/refresh').length, { timeout: 10_000 }).toBe(1)
    // The app has made its login call already, past the session: nothing could put it in order.
    await first.evaluate(async () => {
      const answer = await fetch('/auth/login', {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', 'X-Silent-Refresh': '1' },
        body: JSON.stringify({ email: 'second@example.com', password: 'correct horse' }),
      })
      await app.session.signIn(await answer.json())
    })
    expect(await other.evaluate(() => app.kept.waiting)).toBe('replaced')
    expect(server.seen('/auth/refresh')).toMatchObject([{ answeredAt: null }])
    server.control.set({ refreshDelay: 0 })
    // The check; the backend has ended the first user's session with the login.
    await expect
      .poll(() => server.seen('/auth/refresh').map(({ status }) => status), { timeout: 20_000 })
      .toEqual([200, 401])
    expect(await whoIsIn(tabs)).toEqual(Array(2).fill('second@example.com'))
    await Promise.all(tabs.map((tab) => tab.reload()))
    for (const text of await inAll(tabs, async () => (await app.apiFetch('/api/me')).text()))
      expect(text).not.toContain('demo@example.com')
  })

  it('are over at once when one signs out during the refresh of another, which revives nobody', async () => {
    const opened = await openTabs(browser, page, { count: 3 })
    const { server, tabs, profile } = opened
    const [first, second] = tabs as [Tab, Tab, Tab]
    await expireTokens(opened)
    expect(await refreshCookieOf(profile, server.url)).toBeDefined()
    server.control.set({ refreshDelay: 2000 })
    await second.evaluate(() => {
      app.kept.waiting = app.api.get('/me').catch((error) => error.cause?.reason)
    })
    await expect.poll(() => server.seen('/auth/refresh').length, { timeout: 10_000 }).toBe(1)
    await first.evaluate(() => {
      app.kept.signedOut = app.session.signOut()
    })
    for (const tab of tabs) await tab.waitFor(() => app.session.getSnapshot().status === 'unauthenticated')
    // It has been said before the refresh was answered: nobody had to wait for that.
    expect(server.seen('/auth/refresh')[0]?.answeredAt).toBeNull()
    expect(await second.evaluate(() => app.kept.waiting)).toBe('signed_out_elsewhere')
    await first.evaluate(() => app.kept.signedOut)
    const [refresh] = server.seen('/auth/refresh')
    const [logout] = server.seen('/auth/logout')
    expect(logout?.at).toBeGreaterThanOrEqual(refresh?.answeredAt ?? Infinity)
    expect(server.seen('/auth')).toHaveLength(2)
    expect(await refreshCookieOf(profile, server.url)).toBeUndefined()
    expect(
      await inAll(tabs, () => [app.count('refreshed'), app.count('adopted'), app.count('ended')]),
    ).toEqual(Array(3).fill([0, 0, 1]))
    server.control.set({ refreshDelay: 0 })
    await second.reload()
    await second.waitFor(() => app.session.getSnapshot().status === 'unauthenticated')
  })

  it('learn once each that their session has been revoked on the server', async () => {
    const opened = await openTabs(browser, page, { count: 4 })
    const { server, tabs } = opened
    const device = await openPage(browser, server.url)
    await signIn(device, 'alice')
    const status = await device.evaluate(async () => {
      const headers = { 'Content-Type': 'application/json', 'X-Silent-Refresh': '1' }
      return (await app.apiFetch('/auth/logout-all', { method: 'POST', headers, body: '{}' })).status
    })
    expect(status).toBe(204)
    await expireTokens(opened)
    server.control.resetLog()
    expect(await fireTogether(tabs)).toEqual(Array(8).fill(401))
    for (const tab of tabs) await tab.waitFor(() => app.session.getSnapshot().status === 'unauthenticated')
    const ended = tabs.map(() => [{ type: 'ended', reason: 'expired' }])
    expect(await inAll(tabs, () => app.events.filter(({ type }) => type === 'ended'))).toMatchObject(ended)
    expect(server.seen('/auth/refresh')).toHaveLength(1)
  })
})
