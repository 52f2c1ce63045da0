import { afterAll, beforeAll, expect, it } from 'vitest'
import type { ServerOptions } from '../../demo/server/node.ts'
import { startBackend } from './backend-page.ts'
import { serveCacheable } from './cacheable-page.ts'
import { describeEngines, type TestBrowser } from './engines/describe-engines.ts'
import type { Profile, Tab } from './engines/engine.ts'
import { type BuiltPage, buildPage } from './page-host.ts'

const alice = 'demo@example.com'
const bob = 'second@example.com'

let page: BuiltPage

beforeAll(async () => {
  page = await buildPage(new URL('./pages/kept.ts', import.meta.url))
})

afterAll(() => page?.cleanUp())

async function openPage(profile: Profile, origin: string): Promise<Tab> {
  const tab = await profile.newTab()
  await tab.goto(`${origin}/`)
  await tab.waitFor(() => kept.session.getSnapshot().status !== 'loading')
  return tab
}

async function signIn(browser: TestBrowser, options: Partial<ServerOptions> = {}) {
  const server = await startBackend(page, options)
  const origin = await serveCacheable(page, server)
  const profile = await browser.newProfile()
  const tab = await openPage(profile, origin)
  await tab.evaluate(async (email) => {
    await kept.signIn(email)
  }, alice)
  return { server, origin, profile, tab }
}

async function goElsewhere(tab: Tab, origin: string): Promise<void> {
  await tab.leave(`${origin}/elsewhere`)
  await tab.waitFor(() => location.pathname === '/elsewhere' && document.readyState === 'complete')
}

/** Goes back; resolves with how the page came. */
async function goBack(tab: Tab): Promise<string> {
  await tab.goBack()
  return tab.waitFor(() => (location.pathname === '/' ? kept.shown() : undefined)) as Promise<string>
}

/** A call with this page's token, so that the server's log names it. */
async function tokenHash(server: Awaited<ReturnType<typeof startBackend>>, tab: Tab): Promise<string> {
  await tab.evaluate(() => kept.whoAmI())
  const hash = server.seen('/api/me').at(-1)?.tokenHash
  if (!hash) throw new Error('no token was sent')
  return hash
}

describeEngines(
  'a page that is kept in the back/forward cache',
  (browser) => {
    // Firefox keeps no page that has a request open, the others do.
    const busy = browser.name === 'firefox' ? 'loaded' : 'restored'

    it('comes back as it was left, and had let go of all that others wait for', async () => {
      const { origin, profile, tab } = await signIn(browser)
      const other = await openPage(profile, origin)
      await goElsewhere(tab, origin)
      const left = await tab.evaluate(async () => {
        const { held = [], pending = [] } = await navigator.locks.query()
        return {
          locks: held.length + pending.length,
          tabs: Object.keys(localStorage).filter((key) => key.includes(':tab:')),
        }
      })
      expect(left.locks).toBe(0)
      // The other's. What it says meanwhile would throw a page with an open channel out of the cache.
      expect(left.tabs).toHaveLength(1)
      await other.evaluate(() => kept.session.refresh().then(Boolean))
      expect(await goBack(tab)).toBe('restored')
      expect(await tab.evaluate(() => kept.whoAmI())).toBe(alice)
    })

    it('keeps nobody waiting who queued before it was left in mid-refresh: both go on within 500 ms', async () => {
      // A server that gives every refresh made meanwhile the same answer.
      const { server, origin, profile, tab } = await signIn(browser, { gracePeriod: 10_000 })
      const others = [await openPage(profile, origin), await openPage(profile, origin)]
      // Without the readable cookie nobody waits for the call that outlives its page; not once it is so old.
      await tab.evaluate(() => {
        // biome-ignore lint/suspicious/noDocumentCookie: all engines have it, and it is the server's cookie.
        document.cookie = 'sr_hint=; Max-Age=0; Path=/'
      })
      server.control.resetLog()
      server.control.set({ refreshDelay: 7000 })
      await tab.evaluate(() => {
        void kept.session.refresh().catch(() => {})
      })
      const age = () => Date.now() - (server.seen('/auth/refresh')[0]?.at ?? Infinity)
      await expect.poll(age, { timeout: 20_000 }).toBeGreaterThan(3100)
      server.control.set({ refreshDelay: 0 })
      for (const other of others) {
        await other.evaluate(() => {
          void kept.wait()
        })
      }
      await tab.waitFor(async () => (await navigator.locks.query()).pending?.length === 2)
      await tab.leave(`${origin}/elsewhere`)
      const delays: number[] = []
      for (const other of others) {
        delays.push(await other.waitFor(() => kept.servedAt() && kept.servedAt() - kept.leftAt()))
      }
      expect(server.seen('/auth/refresh')[0]?.answeredAt).toBe(null)
      // Only Chromium leaves a page in the cache what it holds.
      if (browser.name === 'chromium') expect(Math.max(...delays)).toBeLessThan(500)
      expect(await goBack(tab)).toBe(busy)
      expect(await tab.evaluate(() => kept.whoAmI())).toBe(alice)
    })

    it('shows nobody when the user has signed out meanwhile, and never sends the old token', async () => {
      const { server, origin, profile, tab } = await signIn(browser)
      const other = await openPage(profile, origin)
      const old = await tokenHash(server, tab)
      await goElsewhere(tab, origin)
      await other.evaluate(() => kept.session.signOut())
      server.control.resetLog()
      expect(await goBack(tab)).toBe('restored')
      expect(await tab.evaluate(() => kept.firstAnswer())).toBe('401')
      expect(await tab.evaluate(() => kept.whoAmI())).toBe('401')
      expect(await tab.evaluate(() => kept.session.getSnapshot().status)).toBe('unauthenticated')
      expect(server.control.log().map(({ tokenHash }) => tokenHash)).not.toContain(old)
    })

    it('shows the user who has signed in meanwhile, and never sends the old token', async () => {
      const { server, origin, profile, tab } = await signIn(browser)
      const other = await openPage(profile, origin)
      const old = await tokenHash(server, tab)
      await goElsewhere(tab, origin)
      await other.evaluate(async (email) => {
        await kept.signIn(email)
      }, bob)
      server.control.resetLog()
      expect(await goBack(tab)).toBe('restored')
      expect(await tab.evaluate(() => kept.firstAnswer())).not.toBe(alice)
      expect(await tab.evaluate(() => kept.whoAmI())).toBe(bob)
      expect(server.control.log().map(({ tokenHash }) => tokenHash)).not.toContain(old)
    })

    it('takes the token of a tab that has refreshed meanwhile when its own is refused, without a refresh', async () => {
      const { server, origin, profile, tab } = await signIn(browser)
      const other = await openPage(profile, origin)
      await goElsewhere(tab, origin)
      server.control.expireTokens()
      await other.evaluate(() => kept.session.refresh().then(Boolean))
      const fresh = await tokenHash(server, other)
      server.control.resetLog()
      expect(await goBack(tab)).toBe('restored')
      expect(await tab.evaluate(() => kept.firstAnswer())).toBe(alice)
      expect(await tokenHash(server, tab)).toBe(fresh)
      expect(server.seen('/auth/refresh')).toEqual([])
    })

    it('is nobody else’s when the cookie has changed hands without the library', async () => {
      const { server, origin, tab } = await signIn(browser)
      const old = await tokenHash(server, tab)
      await goElsewhere(tab, origin)
      await tab.evaluate(async (email) => {
        const headers = { 'Content-Type': 'application/json', 'X-Silent-Refresh': '1' }
        const body = JSON.stringify({ email, password: 'correct horse' })
        await fetch('/auth/login', { method: 'POST', headers, body })
      }, bob)
      server.control.resetLog()
      expect(await goBack(tab)).toBe('restored')
      expect(await tab.evaluate(() => kept.firstAnswer())).not.toBe(alice)
      expect(await tab.evaluate(() => kept.whoAmI())).not.toBe(alice)
      expect(server.control.log().map(({ tokenHash }) => tokenHash)).not.toContain(old)
    })

    it('gets the answer that came while it was away, and nobody is signed out by it', async () => {
      const { server, origin, tab } = await signIn(browser, { strict: true })
      server.control.set({ refreshDelay: 800 })
      server.control.resetLog()
      await tab.evaluate(() => {
        void kept.session.refresh().catch(() => {})
      })
      await expect.poll(() => server.seen('/auth/refresh').length).toBe(1)
      await goElsewhere(tab, origin)
      await expect.poll(() => server.seen('/auth/refresh')[0]?.status, { timeout: 10_000 }).toBe(200)
      server.control.set({ refreshDelay: 0 })
      expect(await goBack(tab)).toBe(busy)
      expect(await tab.evaluate(() => kept.session.refresh().then(Boolean))).toBe(true)
      expect(await tab.evaluate(() => kept.whoAmI())).toBe(alice)
      const [orphan, own] = server.seen('/auth/refresh')
      expect(own?.cookieHash).toBe(orphan?.setCookieHash)
    })
  },
  { backForwardCache: true },
)
