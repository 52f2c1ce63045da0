import { afterAll, beforeAll, expect, it } from 'vitest'
import { describeEngines, type TestBrowser } from './engines/describe-engines.ts'
import type { Tab } from './engines/engine.ts'
import { expireTokens, inAll, openTabs, refreshCookieOf, signedIn, standings } from './open-tabs.ts'
import { type BuiltPage, buildPage } from './page-host.ts'

let page: BuiltPage

beforeAll(async () => {
  page = await buildPage(new URL('./pages/session.ts', import.meta.url))
})

afterAll(() => page?.cleanUp())

/** Longer than it takes to make the others wait, and to end the tab. */
const slow = 4000

/**
 * On a server that takes no cookie twice, as that forgives nothing. The first tab has the turn, its refresh at the server; the others have asked for the turn. */
async function openWaiting(browser: TestBrowser, count: number) {
  const opened = await openTabs(browser, page, { count, server: { strict: true } })
  const { server, tabs } = opened
  const [holder, ...waiters] = tabs as [Tab, ...Tab[]]
  await expireTokens(opened)
  server.control.set({ refreshDelay: slow })
  const call = () => {
    app.kept.call = app.fire(1).catch(String)
  }
  await holder.evaluate(call)
  await expect.poll(() => server.seen('/auth/refresh').length, { timeout: 20_000, interval: 10 }).toBe(1)
  await inAll(waiters, call)
  for (const waiter of waiters) await waiter.waitFor(() => app.session.getSnapshot().refreshing)
  await waiters[0]?.waitFor(
    async (count) => (await navigator.locks.query()).pending?.length === count,
    waiters.length,
  )
  expect(server.seen('/auth/refresh')).toMatchObject([{ answeredAt: null }])
  server.control.set({ refreshDelay: 0 })
  return { ...opened, holder, waiters }
}

async function expectToGoOn({ server, profile, waiters }: Awaited<ReturnType<typeof openWaiting>>) {
  expect(await inAll(waiters, () => app.kept.call)).toEqual(waiters.map(() => [200]))
  expect(await standings(waiters)).toEqual(waiters.map(() => signedIn))
  expect(
    await inAll(waiters, () => [app.count('ended'), app.count('refresh-failed'), ...app.errors]),
  ).toEqual(waiters.map(() => [0, 0]))
  // One more than that of the tab that is gone: nobody can tell what its answer was.
  const refreshes = server.seen('/auth/refresh')
  expect(refreshes).toHaveLength(2)
  expect(refreshes.map(({ status }) => status)).toEqual([200, 200])
  expect(await refreshCookieOf(profile, server.url)).toBeDefined()
}

describeEngines('tabs that wait for the refresh of another', (browser) => {
  it('go on when it is closed in the middle of it', async () => {
    const opened = await openWaiting(browser, 4)
    await opened.holder.close()
    await expectToGoOn(opened)
    const [first, second] = opened.server.seen('/auth/refresh')
    // They have waited for the answer that was still on its way, and presented its cookie.
    expect(second?.at).toBeGreaterThanOrEqual(first?.answeredAt ?? Infinity)
    expect(second?.cookieHash).toBe(first?.setCookieHash)
  })

  it('go on when it is reloaded in the middle of it', async () => {
    const opened = await openWaiting(browser, 3)
    await opened.holder.reload()
    await expectToGoOn(opened)
    expect(await opened.holder.evaluate(() => app.fire(2))).toEqual([200, 200])
    expect(opened.server.seen('/auth/refresh')).toHaveLength(2)
  })

  it('go on when its session is disposed of in the middle of it', async () => {
    const opened = await openWaiting(browser, 3)
    await opened.holder.evaluate(() => app.session.dispose())
    await expectToGoOn(opened)
  })
})

describeEngines(
  'tabs that wait for the refresh of another, which crashes',
  (browser) => {
    it('go on without it', async () => {
      const opened = await openWaiting(browser, 4)
      await opened.holder.crash()
      await expectToGoOn(opened)
    })
  },
  { engines: ['chromium'] },
)
