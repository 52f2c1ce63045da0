import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest'
import { describeEngines } from './engines/describe-engines.ts'
import type { Tab } from './engines/engine.ts'
import { type BuiltPage, buildPage } from './page-host.ts'
import { auditRefreshes, beginSlowRefresh, jarHash, openTab, signIn } from './slow-refresh.ts'

let page: BuiltPage

beforeAll(async () => {
  page = await buildPage(new URL('./pages/session.ts', import.meta.url))
})

afterAll(() => page?.cleanUp())

const strict = { strict: true }

/** How the session has fared in a tab, for comparing. */
const fate = (tab: Tab) =>
  tab.evaluate(() => ({
    status: app.session.getSnapshot().status,
    ended: app.events.filter(({ type }) => type === 'ended').length,
    errors: app.errors,
  }))

const unharmed = { status: 'authenticated', ended: 0, errors: [] }

/** To stop the process of a tab, as a debugger does or a machine without memory; not for longer than the test. */
async function processOf(tab: Tab) {
  const pid = await tab.rendererPid()
  let isStopped = false
  const goOn = () => {
    if (isStopped) process.kill(pid, 'SIGCONT')
    isStopped = false
  }
  onTestFinished(goOn)
  return {
    pid,
    stop() {
      isStopped = true
      process.kill(pid, 'SIGSTOP')
    },
    goOn,
  }
}

describeEngines(
  'a tab that is stopped in the middle of a refresh',
  (browser) => {
    // What a stopped tab holds is taken away from it once its call must be over, which takes a few seconds more.
    const own = { refreshTimeout: 2000, maxWait: 20_000 }

    it('keeps another waiting for a bounded time, and harms nothing when it goes on', async () => {
      const { server, profile, tab } = await signIn(browser, page, strict, own)
      const other = await openTab(profile, server.url, own)
      const renderer = await processOf(tab)
      expect(await other.rendererPid()).not.toBe(renderer.pid)
      server.control.resetLog()
      await beginSlowRefresh(server, tab, 1000)
      renderer.stop()
      expect(server.seen('/auth/refresh')[0]?.answeredAt).toBe(null)
      expect(await other.evaluate(() => app.session.refresh().then(Boolean))).toBe(true)
      expect(await other.evaluate(() => app.fire(2))).toEqual([200, 200])
      const [orphan, later, ...others] = server.seen('/auth/refresh')
      expect(later).toMatchObject({ cookieHash: orphan?.setCookieHash, status: 200 })
      expect(others).toEqual([])

      renderer.goOn()
      await tab.waitFor(() => !app.session.getSnapshot().refreshing)
      expect(await tab.evaluate(() => app.fire(2))).toEqual([200, 200])
      expect(await other.evaluate(() => app.fire(2))).toEqual([200, 200])
      expect(await fate(tab)).toEqual(unharmed)
      expect(await fate(other)).toEqual(unharmed)
      expect(await jarHash(profile, server.url)).toBe(server.seen('/auth/refresh').at(-1)?.setCookieHash)
      expect((await auditRefreshes(server)).events).not.toContain('refresh_reused')
    })

    it('does not take back what has happened meanwhile: who signed in elsewhere stays signed in', async () => {
      const { server, profile, tab } = await signIn(browser, page, strict, own)
      const other = await openTab(profile, server.url, own)
      const renderer = await processOf(tab)
      await beginSlowRefresh(server, tab, 1000)
      renderer.stop()
      await other.evaluate(async () => {
        await app.signIn('bob')
      })
      renderer.goOn()
      const who = async () => (await app.apiFetch('/api/me')).text()
      await tab.waitFor(() => !app.session.getSnapshot().refreshing)
      await tab.waitFor(async () =>
        (await (await app.apiFetch('/api/me')).text()).includes('second@example.com'),
      )
      expect(await other.evaluate(who)).toContain('second@example.com')
      await other.reload()
      expect(await other.evaluate(who)).toContain('second@example.com')
    })
  },
  { engines: ['chromium'] },
)

describeEngines(
  'a tab that crashes in the middle of a refresh',
  (browser) => {
    it('keeps nobody waiting: the others go on with the cookie of its answer', async () => {
      const { server, profile, tab } = await signIn(browser, page, strict)
      const other = await openTab(profile, server.url)
      server.control.resetLog()
      await beginSlowRefresh(server, tab)
      const waiting = other.evaluate(() => app.session.refresh().then(Boolean))
      await tab.crash()
      expect(await waiting).toBe(true)
      expect(await other.evaluate(() => app.fire(2))).toEqual([200, 200])
      const [orphan, own, ...others] = server.seen('/auth/refresh')
      expect(own).toMatchObject({ cookieHash: orphan?.setCookieHash, status: 200 })
      expect(others).toEqual([])
      expect(await fate(other)).toEqual(unharmed)

      await tab.reload()
      await tab.waitFor(() => app.session.getSnapshot().status === 'authenticated')
      expect(await tab.evaluate(() => app.fire(2))).toEqual([200, 200])
      expect((await auditRefreshes(server)).events).not.toContain('refresh_reused')
    })

    it('has its session when it is loaded again at once, with nobody else there', async () => {
      const { server, profile, tab } = await signIn(browser, page, strict)
      await beginSlowRefresh(server, tab)
      await tab.crash()
      await tab.reload()
      await tab.waitFor(() => app.session.getSnapshot().status === 'authenticated')
      expect(await tab.evaluate(() => app.fire(2))).toEqual([200, 200])
      const [orphan, own] = server.seen('/auth/refresh')
      expect(own).toMatchObject({ cookieHash: orphan?.setCookieHash, status: 200 })
      expect(await jarHash(profile, server.url)).toBe(own?.setCookieHash)
    })
  },
  { engines: ['chromium'] },
)
