import { HttpResponse, http } from 'msw'
import { setupServer } from 'msw/node'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createTestBrowser, type TestServer } from '../../src/testing.ts'
import { track } from '../helpers/track.ts'
import { createApp } from './app.ts'
import { createServer, options } from './server.ts'

const minute = 60_000

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

describe('under fake timers', () => {
  it('a test browser keeps its own time', async () => {
    const server = createServer()
    const browser = createTestBrowser({ fetch: server.answer })
    const app = createApp(browser.openTab().createSession(options))
    const start = Date.now()
    expect(browser.now()).toBe(start)
    expect(await browser.until(app.loadUsers())).toHaveLength(2)
    await browser.advance(15 * minute)
    expect(server.refreshes).toBe(2)
    expect(Date.now()).toBe(start)
    expect(vi.getTimerCount()).toBe(0)
    vi.advanceTimersByTime(60 * minute)
    await browser.settle()
    expect(server.refreshes).toBe(2)
  })

  it('msw answers all the same, if it is left `setImmediate`', async () => {
    vi.useFakeTimers({ toNotFake: ['setImmediate', 'nextTick', 'queueMicrotask'] })
    const msw = setupServer(
      http.post('https://app.test/auth/refresh', () =>
        HttpResponse.json({ access_token: 'a', expires_in: 900 }),
      ),
      http.get('https://app.test/api/users', () => HttpResponse.json(['Ada'])),
    )
    msw.listen()
    const browser = createTestBrowser()
    const app = createApp(browser.openTab().createSession(options))
    expect(await browser.until(app.loadUsers())).toEqual(['Ada'])
    msw.close()
  })

  it('a server that answers by their time is waited for until patience is over', async () => {
    const fetch: TestServer = () =>
      new Promise((resolve) => {
        setTimeout(() => resolve(new Response('late')), 1000)
      })
    const browser = createTestBrowser({ fetch, patience: 20 })
    const response = track(browser.openTab().fetch('/'))
    await browser.advance(5000)
    expect(response.state).toBe('pending')
    vi.advanceTimersByTime(1000)
    await browser.settle()
    expect(await response.value?.text()).toBe('late')
  })
})
