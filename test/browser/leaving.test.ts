import { afterAll, beforeAll, expect, it } from 'vitest'
import { describeEngines } from './engines/describe-engines.ts'
import { type BuiltPage, buildPage } from './page-host.ts'
import {
  auditRefreshes,
  beginSlowRefresh,
  exitNames,
  exits,
  jarHash,
  openTab,
  signIn,
} from './slow-refresh.ts'

let page: BuiltPage

beforeAll(async () => {
  page = await buildPage(new URL('./pages/session.ts', import.meta.url))
})

afterAll(() => page?.cleanUp())

const strict = { strict: true }
/** WebKit opens a window each time it is asked for cookies. */
const patiently = { timeout: 20_000 }

describeEngines('a page that is left in the same breath', (browser) => {
  it.each(['reload', 'link'])('has told the server of a sign-out: %s', async (exit) => {
    const { server, tab } = await signIn(browser, page, {})
    // Whether the page is faster than its lock differs from time to time.
    for (let round = 0; round < 6; round++) {
      const asked = tab.evaluate(
        (exit, next) => {
          document.title = 'left'
          setTimeout(() => {
            app.session.signOut().catch(() => {})
            if (exit === 'reload') location.reload()
            else location.href = next
          })
        },
        exit,
        `${server.url}/?round=${round}`,
      )
      // The page may be gone before it has answered.
      await asked.catch(() => {})
      await tab.waitFor(() => document.title !== 'left' && app.session.getSnapshot().status !== 'loading')
      expect(await tab.evaluate(() => app.session.getSnapshot().status)).toBe('unauthenticated')
      await tab.evaluate(async () => {
        await app.signIn('alice')
      })
    }
    expect(server.seen('/auth/logout').map(({ status }) => status)).toEqual(Array(6).fill(204))
  })
})

describeEngines('a page that is left in the middle of a refresh', (browser) => {
  for (const exit of exitNames) {
    it(`is followed, after ${exit}, by one that waits for the new cookie and presents it`, async () => {
      const { server, profile, tab } = await signIn(browser, page, strict)
      await beginSlowRefresh(server, tab)
      const next = await exits[exit](profile, tab, `${server.url}/?next`)
      await next.waitFor(() => app.session.getSnapshot().status === 'authenticated')
      expect(await next.evaluate(() => app.fire(2))).toEqual([200, 200])

      const [orphan, own, ...others] = server.seen('/auth/refresh')
      expect([orphan?.status, own?.status, others]).toEqual([200, 200, []])
      expect(orphan?.setCookieHash).not.toBe(orphan?.cookieHash)
      expect(own?.cookieHash).toBe(orphan?.setCookieHash)
      expect(own?.at).toBeGreaterThanOrEqual(orphan?.answeredAt ?? Infinity)
      await expect.poll(() => jarHash(profile, server.url), patiently).toBe(own?.setCookieHash)
      expect(await auditRefreshes(server)).toEqual({
        events: ['refresh_rotated', 'refresh_rotated'],
        sessions: 1,
      })
    })
  }

  for (const exit of ['link', 'closing the tab'] as const) {
    it(`leaves the new cookie in the jar, after ${exit}, though no page of ours follows`, async () => {
      const { server, profile, tab } = await signIn(browser, page, strict)
      await beginSlowRefresh(server, tab, 4000)
      await exits[exit](profile, tab, `${server.url}/api/public`)
      const [orphan] = server.seen('/auth/refresh')
      expect(orphan?.answeredAt).toBe(null)
      await expect.poll(() => jarHash(profile, server.url), patiently).toBe(orphan?.setCookieHash)
    })
  }

  // Chromium completes what a page has asked for that it keeps in its back/forward cache; without that, all lose it.
  for (const exit of exitNames) {
    it(`loses the new cookie after ${exit} if the refresh is not to outlive its page`, async () => {
      const own = { refresh: { url: '/auth/refresh', keepalive: false } }
      const { server, profile, tab } = await signIn(browser, page, strict, own)
      await beginSlowRefresh(server, tab, 4000)
      const options = encodeURIComponent(JSON.stringify(own))
      const next = await exits[exit](profile, tab, `${server.url}/?options=${options}&next`)
      await next.waitFor(() => app.session.getSnapshot().status === 'unauthenticated')
      const [orphan, after] = server.seen('/auth/refresh')
      expect(after).toMatchObject({ cookieHash: orphan?.cookieHash, status: 401 })
      expect((await auditRefreshes(server)).events).toEqual(['refresh_rotated', 'refresh_reused'])
    })
  }

  it('is followed by one that asks at once where no readable cookie tells of the answer, and stays in one family', async () => {
    const { server, profile, tab } = await signIn(browser, page, { gracePeriod: 1 })
    await tab.evaluate(() => {
      // biome-ignore lint/suspicious/noDocumentCookie: all engines have it, and it is the server's cookie.
      document.cookie = 'sr_hint=; Max-Age=0; Path=/'
    })
    await beginSlowRefresh(server, tab, 6000)
    const next = await exits['closing the tab'](profile, tab, `${server.url}/`)
    expect(await next.evaluate(() => app.fire(2))).toEqual([200, 200])
    const [orphan, own] = server.seen('/auth/refresh')
    expect(own?.cookieHash).toBe(orphan?.cookieHash)
    const { events, sessions } = await auditRefreshes(server)
    expect(events).not.toContain('refresh_reused')
    expect(sessions).toBe(1)
  })

  // Firefox stores the cookie with the first byte of the body, the others with the headers.
  it('is followed by one that presents the new cookie when it was left between headers and body', async () => {
    const { server, profile, tab } = await signIn(browser, page, strict)
    server.control.set({ lateHeaders: false })
    await beginSlowRefresh(server, tab, 2500)
    const [orphan] = server.seen('/auth/refresh')
    await expect.poll(() => orphan?.status).toBe(200)
    expect(await tab.evaluate(() => app.session.getSnapshot().refreshing)).toBe(true)
    await tab.reload()
    expect(await tab.evaluate(() => app.fire(2))).toEqual([200, 200])
    const [, own, ...others] = server.seen('/auth/refresh')
    expect(own).toMatchObject({ cookieHash: orphan?.setCookieHash, status: 200 })
    expect(others).toEqual([])
    await expect.poll(() => jarHash(profile, server.url), patiently).toBe(own?.setCookieHash)
  })

  for (const exit of exitNames) {
    it(`does not undo a sign-in on the page that follows after ${exit}: its answer comes first`, async () => {
      const { server, profile, tab } = await signIn(browser, page, strict)
      await beginSlowRefresh(server, tab)
      const next = await exits[exit](profile, tab, `${server.url}/?next`)
      await next.evaluate(async () => {
        await app.signIn('bob')
      })
      await expect.poll(() => server.seen('/auth/refresh')[0]?.status, patiently).toBe(200)
      await next.reload()
      const who = await next.evaluate(async () => (await app.apiFetch('/api/me')).text())
      expect(who).toContain('second@example.com')
      expect((await auditRefreshes(server)).events).not.toContain('refresh_reused')
    })
  }

  it('takes nothing from the tabs that stay: they get the session from the cookie of its answer', async () => {
    const { server, profile, tab } = await signIn(browser, page, strict)
    const other = await openTab(profile, server.url)
    server.control.resetLog()
    await beginSlowRefresh(server, tab)
    const waiting = other.evaluate(() => app.session.refresh().then(Boolean))
    await tab.close()
    expect(await waiting).toBe(true)
    expect(await other.evaluate(() => app.fire(2))).toEqual([200, 200])
    const [orphan, own] = server.seen('/auth/refresh')
    expect(own?.cookieHash).toBe(orphan?.setCookieHash)
    expect((await auditRefreshes(server)).events).not.toContain('refresh_reused')
  })
})
