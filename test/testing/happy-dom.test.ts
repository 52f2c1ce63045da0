// @vitest-environment happy-dom
import { HttpResponse, http } from 'msw'
import { setupServer } from 'msw/node'
import { describe, expect, it, vi } from 'vitest'
import { createFetch } from '../../src/fetch.ts'
import { createTestBrowser, createTestSession } from '../../src/testing.ts'
import { track } from '../helpers/track.ts'
import { createApp } from './app.ts'
import { createServer, options } from './server.ts'

const minute = 60_000

describe('in a test with a page', () => {
  it('the tabs have the origin of that page', async () => {
    const seen: string[] = []
    const browser = createTestBrowser({
      fetch({ url }) {
        seen.push(url)
        return new Response()
      },
    })
    await browser.openTab().fetch('/api')
    expect(seen).toEqual([`${location.origin}/api`])
  })

  it('a session of a tab lives in the tab, not in that page', async () => {
    const server = createServer()
    const browser = createTestBrowser({ fetch: server.answer })
    const app = createApp(browser.openTab().createSession(options))
    expect(await browser.until(app.loadUsers())).toHaveLength(2)
    document.dispatchEvent(new Event('visibilitychange'))
    window.dispatchEvent(new Event('pagehide'))
    await browser.advance(15 * minute)
    expect(server.refreshes).toBe(2)
  })

  it('msw answers by its paths alone, under fake timers too', async () => {
    const msw = setupServer(
      http.post('/auth/refresh', () => HttpResponse.json({ access_token: 'a', expires_in: 900 })),
      http.get('/api/users', ({ request }) => HttpResponse.json([request.headers.get('Authorization')])),
    )
    msw.listen()
    for (const isFake of [false, true]) {
      // msw itself waits for `setImmediate`.
      if (isFake) vi.useFakeTimers({ toNotFake: ['setImmediate', 'nextTick', 'queueMicrotask'] })
      const browser = createTestBrowser()
      const app = createApp(browser.openTab().createSession(options))
      expect(await browser.until(app.loadUsers())).toEqual(['Bearer a'])
    }
    vi.useRealTimers()
    msw.close()
  })

  it('a handler that never answers holds up nobody', async () => {
    const browser = createTestBrowser({ fetch: () => new Promise(() => {}), patience: 20 })
    const response = track(browser.openTab().fetch('/'))
    await browser.advance(1000)
    expect(response.state).toBe('pending')
  })

  it('a client of a test session asks the server of that page', async () => {
    const msw = setupServer(
      http.get('/api/users', ({ request }) => HttpResponse.json(request.headers.get('Authorization'))),
    )
    msw.listen()
    const response = await createFetch(createTestSession())('/api/users')
    expect(await response.json()).toBe('Bearer test-token')
    msw.close()
  })
})
