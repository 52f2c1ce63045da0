import { afterAll, beforeAll, expect, it } from 'vitest'
import type { ServerOptions } from '../../demo/server/node.ts'
import { openPage, startBackend } from './backend-page.ts'
import { describeEngines, type TestBrowser } from './engines/describe-engines.ts'
import { type BuiltPage, buildPage } from './page-host.ts'

let page: BuiltPage

beforeAll(async () => {
  page = await buildPage(new URL('./pages/session.ts', import.meta.url))
})

afterAll(() => page?.cleanUp())

async function openSignedIn(browser: TestBrowser, options: Partial<ServerOptions> = {}, own: object = {}) {
  const server = await startBackend(page, options)
  const tab = await openPage(browser, server.url, own)
  await tab.evaluate(async () => {
    await app.signIn('alice')
  })
  server.control.resetLog()
  return { server, tab }
}

describeEngines('a session against a real server', (browser) => {
  it('signs in, and keeps the refresh token where no script can read it', async () => {
    const { tab } = await openSignedIn(browser)
    const seen = await tab.evaluate(async () => ({
      status: app.session.getSnapshot().status,
      calls: await app.fire(4),
      cookies: document.cookie,
      stored: JSON.stringify([{ ...localStorage }, { ...sessionStorage }]),
      token: await app.session.getAccessToken(),
      url: location.href,
    }))
    expect(seen.status).toBe('authenticated')
    expect(seen.calls).toEqual([200, 200, 200, 200])
    expect(seen.cookies).not.toContain('sr_rt')
    expect(seen.token).toMatch(/^eyJ/)
    expect(seen.cookies + seen.stored + seen.url).not.toContain(seen.token)
  })

  it('passes a wrong password on, with one request and no refresh', async () => {
    const { server, tab } = await openSignedIn(browser)
    const outcome = await tab.evaluate(async () => {
      const wrong = () =>
        app.apiFetch('/auth/login', {
          method: 'POST',
          headers: { 'Content-Type': 'application/json', 'X-Silent-Refresh': '1' },
          body: JSON.stringify({ email: 'demo@example.com', password: 'wrong' }),
        })
      const { status } = await wrong()
      const failure = await app.session.signIn(wrong).catch((error: Error) => error.name)
      return { status, failure, after: app.session.getSnapshot().status, calls: await app.fire(2) }
    })
    expect(outcome).toEqual({
      status: 401,
      failure: 'InvalidTokenResponseError',
      after: 'authenticated',
      calls: [200, 200],
    })
    expect(server.seen('/auth/login')).toHaveLength(2)
    expect(server.seen('/auth/refresh')).toHaveLength(0)
  })

  it('answers 100 parallel calls with an expired token after one refresh', async () => {
    const { server, tab } = await openSignedIn(browser)
    server.control.expireTokens()
    expect(await tab.evaluate(() => app.fire(100))).toEqual(Array(100).fill(200))
    expect(server.seen('/auth/refresh')).toHaveLength(1)
    // Those that had to wait for it were sent once, so no more than twice as many in all.
    expect(server.seen('/api/items').length).toBeLessThanOrEqual(200)
  })

  it('retries a 401 that arrives late, without another refresh', async () => {
    const { server, tab } = await openSignedIn(browser)
    server.control.expireTokens()
    server.control.set({ apiDelay: 1000 })
    const late = tab.evaluate(() => app.apiFetch('/api/me').then(({ status }) => status))
    await expect.poll(() => server.seen('/api/me').length, { timeout: 10_000 }).toBe(1)
    server.control.set({ apiDelay: 0 })
    expect(await tab.evaluate(() => app.fire(2))).toEqual([200, 200])
    expect(await late).toBe(200)
    expect(server.seen('/api/me').map(({ status }) => status)).toEqual([401, 200])
    expect(server.seen('/auth/refresh')).toHaveLength(1)
  })

  it('lets no call meet a 401 over several lifetimes, as it refreshes ahead of expiry', async () => {
    const { server, tab } = await openSignedIn(
      browser,
      { accessTokenLifetime: 3000 },
      { refreshMargin: 1300 },
    )
    const statuses = await tab.evaluate(async () => {
      const seen = new Set<number>()
      const renewals = () => app.events.filter((event) => event.type === 'refreshed')
      while (renewals().length < 4) {
        for (const status of await app.fire(2)) seen.add(status)
        await new Promise((resolve) => setTimeout(resolve, 100))
      }
      return { seen: [...seen], reasons: [...new Set(renewals().map(({ reason }) => reason))] }
    })
    expect(statuses).toEqual({ seen: [200], reasons: ['proactive'] })
    expect(server.control.log().filter(({ status }) => status === 401)).toEqual([])
    expect(server.seen('/auth/refresh')).toHaveLength(4)
  })

  it('lets calls wait for a refresh when the token has expired unnoticed', async () => {
    const { server, tab } = await openSignedIn(browser, { accessTokenLifetime: 1000 }, { refreshMargin: 0 })
    const statuses = await tab.evaluate(async () => {
      const { expiresAt = 0 } = app.session.getSnapshot()
      await new Promise((resolve) => setTimeout(resolve, expiresAt - Date.now() + 50))
      return app.fire(10)
    })
    expect(statuses).toEqual(Array(10).fill(200))
    expect(server.seen('/auth/refresh')).toHaveLength(1)
    expect(server.seen('/api/items')).toHaveLength(10)
  })

  it('lets a waiting call be aborted or time out, while the others get their answers', async () => {
    const { server, tab } = await openSignedIn(browser)
    server.control.expireTokens()
    server.control.set({ refreshDelay: 1500 })
    const outcomes = await tab.evaluate(async () => {
      const started = app.refreshStarted()
      const controller = new AbortController()
      const calls = [
        app.apiFetch('/api/me?aborted', { signal: controller.signal }).catch((error: Error) => error.message),
        app
          .apiFetch('/api/me?timed', { signal: AbortSignal.timeout(300) })
          .catch((error: Error) => error.name),
        app.api.get('/me?aborted', { signal: controller.signal }).catch(({ code }) => code),
        app.api.get('/me?timed', { timeout: 300 }).catch(({ code }) => code),
        app.apiFetch('/api/me').then(({ status }) => status),
        app.api.get('/me').then(({ status }) => status),
      ]
      // All have met their 401 once the refresh is under way.
      await started
      controller.abort(new Error('enough'))
      return Promise.all(calls)
    })
    expect(outcomes).toEqual(['enough', 'TimeoutError', 'ERR_CANCELED', 'ECONNABORTED', 200, 200])
    expect(server.seen('/auth/refresh')).toHaveLength(1)
  })

  it('restores the session from the cookie after a reload, with one refresh that all calls wait for', async () => {
    const { server, tab } = await openSignedIn(browser)
    await tab.reload()
    expect(await tab.evaluate(() => app.fire(10))).toEqual(Array(10).fill(200))
    expect(server.seen('/auth/refresh')).toHaveLength(1)
    expect(server.seen('/api/items')).toHaveLength(10)
  })

  it('costs an anonymous visitor one refresh call, and sends the calls as they are', async () => {
    const server = await startBackend(page)
    const tab = await openPage(browser, server.url)
    const statuses = await tab.evaluate(async () => {
      const open = await app.apiFetch('/api/public')
      const closed = await app.apiFetch('/api/me')
      return [open.status, closed.status, app.session.getSnapshot().reason]
    })
    expect(statuses).toEqual([200, 401, 'none'])
    expect(server.seen('/auth/refresh')).toHaveLength(1)
  })

  it('is signed out for good when signed out during a refresh', async () => {
    const { server, tab } = await openSignedIn(browser)
    server.control.expireTokens()
    server.control.set({ refreshDelay: 800 })
    const call = tab.evaluate(() => app.apiFetch('/api/me').then(({ status }) => status))
    await expect.poll(() => server.seen('/auth/refresh').length, { timeout: 10_000 }).toBe(1)
    const outcome = await tab.evaluate(async () => {
      const done = app.session.signOut()
      const atOnce = app.session.getSnapshot()
      await done
      return { atOnce: atOnce.status, token: await app.session.getAccessToken() }
    })
    const waiting = await call
    expect({ ...outcome, waiting }).toEqual({ atOnce: 'unauthenticated', waiting: 401, token: null })
    expect(
      server.control
        .log()
        .map(({ path }) => path)
        .filter((path) => path.startsWith('/auth')),
    ).toEqual(['/auth/refresh', '/auth/logout'])
    await tab.reload()
    await tab.waitFor(() => app.session.getSnapshot().status === 'unauthenticated')
  })

  it("never sends one user's waiting call with another user's token", async () => {
    const { server, tab } = await openSignedIn(browser)
    server.control.expireTokens()
    server.control.set({ refreshDelay: 500 })
    const outcome = await tab.evaluate(async () => {
      const started = app.refreshStarted()
      const waiting = app.api.get('/me?alice').catch((error) => error.cause?.reason)
      await started
      await app.signIn('bob')
      const who = (await app.api.get('/me')).data
      return { waiting: await waiting, who: JSON.stringify(who) }
    })
    expect(outcome.waiting).toBe('replaced')
    expect(outcome.who).toContain('second@example.com')
    await tab.reload()
    expect(await tab.evaluate(async () => (await app.apiFetch('/api/me')).text())).toContain(
      'second@example.com',
    )
  })

  it('keeps the session through an outage of the refresh endpoint, and recovers', async () => {
    const { server, tab } = await openSignedIn(browser, {}, { maxWait: 500 })
    server.control.expireTokens()
    server.control.set({ refreshStatus: 503 })
    const outcome = await tab.evaluate(async () => {
      const { status } = await app.apiFetch('/api/me')
      return { status, session: app.session.getSnapshot().status }
    })
    expect(outcome).toEqual({ status: 401, session: 'authenticated' })
    server.control.set({ refreshStatus: null })
    expect(await tab.evaluate(() => app.session.refresh().then(Boolean))).toBe(true)
    expect(await tab.evaluate(() => app.fire(4))).toEqual([200, 200, 200, 200])
  })

  it('keeps the rotated cookie when the page is left during a refresh', async () => {
    const { server, tab } = await openSignedIn(browser, { strict: true })
    server.control.expireTokens()
    server.control.set({ refreshDelay: 400 })
    await tab.evaluate(() => {
      void app.apiFetch('/api/me').catch(() => {})
    })
    await expect.poll(() => server.seen('/auth/refresh').length, { timeout: 10_000 }).toBe(1)
    await tab.leave(`${server.url}/api/public`)
    await tab.waitFor(() => location.pathname === '/api/public')
    server.control.set({ refreshDelay: 0 })
    await expect.poll(() => server.seen('/auth/refresh').every(({ status }) => status === 200)).toBe(true)
    await tab.goto(`${server.url}/`)
    expect(await tab.evaluate(() => app.fire(2))).toEqual([200, 200])
  })
})
