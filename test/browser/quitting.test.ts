import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest'
import type { ServerOptions } from '../../demo/server/node.ts'
import { startBackend } from './backend-page.ts'
import { describeEngines, type TestBrowser } from './engines/describe-engines.ts'
import { startPersistent } from './engines/persistent.ts'
import { type BuiltPage, buildPage } from './page-host.ts'
import { auditRefreshes, beginSlowRefresh, openTab } from './slow-refresh.ts'

let page: BuiltPage

beforeAll(async () => {
  page = await buildPage(new URL('./pages/session.ts', import.meta.url))
})

afterAll(() => page?.cleanUp())

/** Much longer than any browser takes to quit: the answer finds nobody. */
const late = 6000

/** A user has quit the browser in the middle of a refresh, and has started it again. */
async function quitAndRestart({ name }: TestBrowser, options: Partial<ServerOptions>) {
  if (name === 'webkit') throw new Error('its profiles are gone when it ends')
  const server = await startBackend(page, options)
  const directory = await mkdtemp(join(tmpdir(), 'silent-refresh-profile-'))
  onTestFinished(() => rm(directory, { recursive: true, force: true, maxRetries: 10 }))
  const first = await startPersistent(name, directory)
  onTestFinished(first.quit)
  const tab = await openTab(first.profile, server.url)
  await tab.evaluate(async () => {
    await app.signIn('alice')
  })
  server.control.resetLog()
  await beginSlowRefresh(server, tab, late)
  await first.quit()
  expect(server.seen('/auth/refresh')[0]?.answeredAt).toBe(null)

  const second = await startPersistent(name, directory)
  onTestFinished(second.quit)
  return { server, tab: await openTab(second.profile, server.url) }
}

describeEngines(
  'a browser that is quit in the middle of a refresh',
  (browser) => {
    it('has its session when it is started again, as the server allows for a lost answer', async () => {
      const { server, tab } = await quitAndRestart(browser, { gracePeriod: 1 })
      expect(await tab.evaluate(() => app.session.getSnapshot().status)).toBe('authenticated')
      expect(await tab.evaluate(() => app.fire(2))).toEqual([200, 200])
      const [lost, own] = server.seen('/auth/refresh')
      expect(own?.cookieHash).toBe(lost?.cookieHash)
      expect(await auditRefreshes(server)).toEqual({
        events: ['refresh_rotated', 'refresh_sibling'],
        sessions: 1,
      })
    })

    // The server has spent the cookie, the new one is nowhere: this is what `strict` costs, whoever the client is.
    it('has lost its session when it is started again if the server takes no cookie twice', async () => {
      const { server, tab } = await quitAndRestart(browser, { strict: true })
      expect(await tab.evaluate(() => app.session.getSnapshot())).toMatchObject({
        status: 'unauthenticated',
        reason: 'none',
      })
      const [lost, own, ...others] = server.seen('/auth/refresh')
      expect(own).toMatchObject({ cookieHash: lost?.cookieHash, status: 401 })
      expect(others).toEqual([])
      expect((await auditRefreshes(server)).events).toEqual(['refresh_rotated', 'refresh_reused'])
    })
  },
  { engines: ['chromium', 'firefox'] },
)
