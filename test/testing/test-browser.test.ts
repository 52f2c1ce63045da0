import { describe, expect, it, vi } from 'vitest'
import { createAxios } from '../../src/index.ts'
import { createTestBrowser } from '../../src/testing.ts'
import { track } from '../helpers/track.ts'
import { createServer, options } from './server.ts'
import { startApp } from './start-app.ts'

const minute = 60_000

describe('an app in a test browser', () => {
  it('loads what it shows, with a token of the refresh endpoint', async () => {
    const { browser, app, server } = await startApp()
    expect(await browser.until(app.loadUsers())).toEqual(['Ada', 'Grace'])
    expect(server.requests).toEqual(['POST /auth/refresh', 'GET /api/users'])
  })

  it('shows its banner when the server ends the session', async () => {
    const { browser, app, server } = await startApp()
    server.isSignedIn = false
    await browser.advance(15 * minute)
    await expect(browser.until(app.loadUsers())).rejects.toThrow('no users: 401')
    expect(app.banner).toBe('Please sign in again')
  })

  it('refreshes by itself while its tab is visible, and not while it is hidden', async () => {
    const { browser, tab, server } = await startApp()
    await browser.advance(15 * minute)
    expect(server.refreshes).toBe(2)
    tab.hide()
    await browser.advance(60 * minute)
    expect(server.refreshes).toBe(2)
    tab.show()
    await browser.settle()
    expect(server.refreshes).toBe(3)
  })

  it('finds its token too old after the machine has slept', async () => {
    const { browser, app, server } = await startApp()
    browser.sleep(8 * 60 * minute)
    expect(await browser.until(app.loadUsers())).toHaveLength(2)
    expect(server.requests.slice(-2)).toEqual(['POST /auth/refresh', 'GET /api/users'])
  })

  it('is not fooled by a wall clock that is set back', async () => {
    const { browser, app, server } = await startApp()
    browser.shiftWallClock(-24 * 60 * minute)
    await browser.advance(16 * minute)
    expect(await browser.until(app.loadUsers())).toHaveLength(2)
    expect(server.requests.filter((request) => request.startsWith('GET'))).toHaveLength(1)
  })

  it('keeps its session through an outage, and goes on when the network is back', async () => {
    const { browser, app, session } = await startApp()
    browser.goOffline()
    await browser.advance(20 * minute)
    expect(session.getSnapshot()).toMatchObject({ status: 'authenticated' })
    const users = track(app.loadUsers())
    await browser.advance(1000)
    expect(users.state).toBe('pending')
    browser.goOnline()
    await browser.advance(1000)
    expect(users.value).toEqual(['Ada', 'Grace'])
  })

  it('does not try in vain while it knows that it is offline', async () => {
    const { browser, session } = await startApp()
    const events: string[] = []
    session.subscribe(({ type }) => events.push(type))
    browser.goOffline()
    await browser.advance(60 * minute)
    expect(events).toEqual([])
    browser.goOnline()
    await browser.settle()
    expect(events).toEqual(['refresh-started', 'refreshed'])
  })

  it('asks again when an answer is lost', async () => {
    const { browser, session, server } = await startApp()
    browser.loseAnswers()
    await browser.until(session.refresh())
    expect(server.refreshes).toBe(3)
    browser.loseAnswers(2)
    await browser.until(session.refresh())
    expect(server.refreshes).toBe(6)
    browser.loseAnswers(2)
    browser.loseAnswers(0)
    await browser.until(session.refresh())
    expect(server.refreshes).toBe(7)
  })

  it('signs in by a login call of its page', async () => {
    const { browser, tab, session, app, server } = await startApp()
    await browser.until(session.signOut())
    expect(app.banner).toBe('Goodbye')
    expect(server.isSignedIn).toBe(false)
    await browser.until(session.signIn(() => tab.fetch('/auth/login', { method: 'POST' })))
    expect(app.banner).toBe('')
    expect(await browser.until(app.loadUsers())).toHaveLength(2)
  })

  it('may use axios, which meets the network of the browser through its fetch adapter', async () => {
    const { browser, session } = await startApp()
    const api = createAxios(session, { adapter: 'fetch', baseURL: 'https://app.test/api' })
    expect((await browser.until(api.get('/users'))).data).toEqual(['Ada', 'Grace'])
    browser.goOffline()
    await expect(browser.until(api.get('/users'))).rejects.toMatchObject({ code: 'ERR_NETWORK' })
  })

  it('knows an anonymous visitor by the cookie that is not there', async () => {
    const server = createServer()
    const browser = createTestBrowser({ fetch: server.answer })
    const hinted = { ...options, hintCookie: 'hint' }
    expect(browser.openTab().createSession(hinted).getSnapshot().status).toBe('unauthenticated')
    browser.setCookie('hint', '1')
    const session = browser.openTab().createSession(hinted)
    await browser.until(session.ready())
    expect(session.getSnapshot().status).toBe('authenticated')
    browser.setCookie('hint', undefined)
    expect(browser.openTab().createSession(hinted).getSnapshot().status).toBe('unauthenticated')
  })
})

describe('the time of a test browser', () => {
  it('is what the test says', async () => {
    const { browser, session } = await startApp({ startTime: 1_000_000 })
    const { expiresAt } = session.getSnapshot()
    expect(expiresAt).toBe(1_000_000 + 15 * minute + (browser.now() - 1_000_000))
    const before = browser.now()
    await browser.advance(1000)
    browser.sleep(200)
    browser.shiftWallClock(-50)
    expect(browser.now() - before).toBe(1150)
  })

  it('starts at the time of the host', () => {
    vi.useFakeTimers({ now: 5_000_000 })
    const browser = createTestBrowser()
    vi.useRealTimers()
    expect(browser.now()).toBe(5_000_000)
  })

  it('goes no further than to where a promise settles', async () => {
    const delays = [300, 20_000]
    const browser = createTestBrowser({
      async fetch(_, { delay }) {
        await delay(delays.shift() as number)
        return new Response('done')
      },
    })
    const tab = browser.openTab()
    const start = browser.now()
    const response = await browser.until(tab.fetch('/slow'))
    expect([await response.text(), browser.now() - start]).toEqual(['done', 300])
    await expect(browser.until(tab.fetch('/slower'), 10_000)).rejects.toThrow('within 10000 ms')
    expect(browser.now() - start).toBe(10_300)
  })

  it('passes on what a promise rejects with', async () => {
    const browser = createTestBrowser()
    await expect(browser.until(Promise.reject(new Error('no')))).rejects.toThrow('no')
  })

  it('never goes back, in whatever order it is told to go on', async () => {
    const browser = createTestBrowser({ fetch: (_, { delay }) => delay(5).then(() => new Response()) })
    const start = browser.now()
    const request = browser.openTab().fetch('/')
    await Promise.all([browser.advance(10), browser.advance(1000), request])
    expect(browser.now() - start).toBe(1000)
  })
})
