import { describe, expect, it } from 'vitest'
import { createTestBrowser, type TestTab } from '../../src/testing.ts'
import { track } from '../helpers/track.ts'
import { createApp } from './app.ts'
import { createServer, options } from './server.ts'

const minute = 60_000

/** Two tabs with the app in each. */
async function openTwo() {
  const server = createServer()
  const browser = createTestBrowser({ fetch: server.answer })

  async function open(tab = browser.openTab()) {
    const session = tab.createSession(options)
    const app = createApp(session)
    await browser.until(session.ready())
    return { tab, session, app }
  }
  return { server, browser, open, one: await open(), two: await open() }
}

const statusOf = ({ session }: { session: ReturnType<TestTab['createSession']> }) => session.getSnapshot()

describe('two tabs of a test browser', () => {
  it('share one refresh', async () => {
    const { server, browser, one, two } = await openTwo()
    expect(server.refreshes).toBe(1)
    expect(statusOf(one).coordination).toBe('full')
    browser.sleep(15 * minute)
    const users = await browser.until(Promise.all([one.app.loadUsers(), two.app.loadUsers()]))
    expect(users).toEqual([
      ['Ada', 'Grace'],
      ['Ada', 'Grace'],
    ])
    expect(server.refreshes).toBe(2)
  })

  it('are signed out together', async () => {
    const { browser, one, two } = await openTwo()
    await browser.until(one.session.signOut())
    await browser.settle()
    expect(statusOf(two)).toMatchObject({ status: 'unauthenticated', reason: 'signed_out_elsewhere' })
    expect(two.app.banner).toBe('Goodbye')
  })

  it('are signed in together', async () => {
    const { browser, one, two } = await openTwo()
    await browser.until(one.session.signOut())
    await browser.until(one.session.signIn(() => one.tab.fetch('/auth/login', { method: 'POST' })))
    await browser.settle()
    expect(statusOf(two).status).toBe('authenticated')
    expect(two.app.banner).toBe('')
  })

  it('do not wait for one that was closed or killed in the middle of a refresh', async () => {
    for (const end of ['close', 'crash'] as const) {
      const { server, browser, open, one, two } = await openTwo()
      browser.sleep(15 * minute)
      const lost = track(one.app.loadUsers())
      one.tab[end]()
      expect(await browser.until(two.app.loadUsers())).toHaveLength(2)
      expect(lost.value).toBeUndefined()
      const reloaded = await open()
      expect(await browser.until(reloaded.app.loadUsers())).toHaveLength(2)
      expect(server.isSignedIn).toBe(true)
    }
  })

  it('fail the requests of a page that is left, and the server has them all the same', async () => {
    const { server, browser, one, two } = await openTwo()
    const [left, killed] = [track(one.tab.fetch('/api/users')), track(two.tab.fetch('/api/users'))]
    one.tab.close()
    two.tab.crash()
    await browser.settle()
    expect(left.error).toBeInstanceOf(TypeError)
    expect(killed.state).toBe('pending')
    expect(server.requests.filter((request) => request === 'GET /api/users')).toHaveLength(2)
  })

  it('learn what they have missed when they come back from the back/forward cache', async () => {
    const { browser, one, two } = await openTwo()
    one.tab.cache()
    await browser.until(two.session.signOut())
    await browser.advance(minute)
    expect(statusOf(one).status).toBe('authenticated')
    one.tab.restore()
    await browser.settle()
    expect(statusOf(one).reason).toBe('signed_out_elsewhere')
  })

  it('run nothing in the back/forward cache, and hold nothing that others wait for', async () => {
    const { browser, one } = await openTwo()
    expect(browser.leftovers().channels).toBe(2)
    one.tab.cache()
    await browser.settle()
    const users = track(one.app.loadUsers())
    await browser.advance(minute)
    expect(users.state).toBe('pending')
    expect(browser.leftovers()).toMatchObject({ channels: 1, locks: 0 })
    one.tab.restore()
    await browser.settle()
    expect(users.value).toHaveLength(2)
  })

  it('stay as they are when a page is back before it was in the cache', async () => {
    const { browser, one } = await openTwo()
    one.tab.cache()
    one.tab.restore()
    await browser.settle()
    expect(await browser.until(one.app.loadUsers())).toHaveLength(2)
  })

  it('do not come back once they are gone', async () => {
    const { browser, one } = await openTwo()
    one.tab.crash()
    one.tab.freeze()
    one.tab.thaw()
    one.tab.show()
    await browser.advance(60 * minute)
    expect(() => one.tab.createSession(options)).toThrow('this tab has been closed')
  })

  it('do nothing while they are frozen, and catch up when they thaw', async () => {
    const { server, browser, one, two } = await openTwo()
    one.tab.freeze()
    const users = track(one.app.loadUsers())
    await browser.until(two.session.signOut())
    await browser.advance(minute)
    expect(users.state).toBe('pending')
    expect(statusOf(one).status).toBe('authenticated')
    one.tab.thaw()
    await browser.settle()
    expect(users.state).not.toBe('pending')
    expect(statusOf(one).reason).toBe('signed_out_elsewhere')
    expect(server.isSignedIn).toBe(false)
  })
})
