import { describe, expect, it, vi } from 'vitest'
import { createFetch } from '../../src/index.ts'
import { createTestBrowser } from '../../src/testing.ts'
import { track } from '../helpers/track.ts'
import { createServer, options } from './server.ts'

const minute = 60_000

describe('the server of a test browser', () => {
  it('is given each request whole', async () => {
    const seen: unknown[] = []
    const browser = createTestBrowser({
      origin: 'https://shop.example.com',
      async fetch(request) {
        seen.push(request.method, request.url, request.headers.get('X-A'), await request.text())
        return new Response()
      },
    })
    const { fetch } = browser.openTab()
    await fetch('api/cart?x=1', { method: 'PUT', headers: { 'X-A': 'a' }, body: 'one' })
    await fetch(new Request('https://api.example.com/', { method: 'POST', body: 'two' }))
    await fetch(new URL('https://api.example.com/three'))
    expect(seen).toEqual([
      ...['PUT', 'https://shop.example.com/api/cart?x=1', 'a', 'one'],
      ...['POST', 'https://api.example.com/', null, 'two'],
      ...['GET', 'https://api.example.com/three', null, ''],
    ])
  })

  it('may be a failing network', async () => {
    const browser = createTestBrowser({
      fetch() {
        throw new TypeError('Failed to fetch')
      },
    })
    const session = browser.openTab().createSession(options)
    await browser.until(session.ready())
    expect(session.getSnapshot()).toMatchObject({ status: 'loading' })
    expect(session.getSnapshot().error).toBeInstanceOf(Error)
  })

  it('is told when it forgets to answer', async () => {
    const browser = createTestBrowser({ fetch: (() => undefined) as never })
    await expect(browser.openTab().fetch('/')).rejects.toThrow('must answer each request with a Response')
  })

  it('lets an aborted request go at once, whatever it does itself', async () => {
    const browser = createTestBrowser({ fetch: () => new Promise(() => {}) })
    const { fetch } = browser.openTab()
    const controller = new AbortController()
    const request = fetch('/', { signal: controller.signal })
    const other = fetch(new Request('https://app.test/', { signal: controller.signal }))
    controller.abort(new Error('enough'))
    await expect(request).rejects.toThrow('enough')
    await expect(other).rejects.toThrow('enough')
    await expect(fetch('/', { signal: controller.signal })).rejects.toThrow('enough')
    expect(browser.leftovers().requests).toBe(0)
  })

  it('that never answers holds up nobody, and the app is told after its own time', async () => {
    const browser = createTestBrowser({ fetch: () => new Promise(() => {}), patience: 50 })
    const session = browser.openTab().createSession({ ...options, maxWait: 10_000 })
    const request = track(createFetch(session)('/api/users'))
    await browser.advance(9_000)
    expect(request.state).toBe('pending')
    await browser.advance(1_000)
    expect(request.error).toMatchObject({ code: 'ERR_REFRESH_UNAVAILABLE' })
  })

  it('is waited for in real time, and not while its answer takes time of the browser', async () => {
    const reals = () => new Promise((resolve) => setTimeout(resolve, 20))
    const browser = createTestBrowser({
      // Longer than any test: whoever waits in vain waits too long.
      patience: 10 * minute,
      async fetch(_, { delay }) {
        await reals()
        await delay(500)
        await delay(500)
        await reals()
        return new Response('there')
      },
    })
    const response = track(browser.openTab().fetch('/'))
    await browser.advance(999)
    expect([response.state, browser.leftovers().timers]).toEqual(['pending', 1])
    await browser.advance(1)
    expect(await response.value?.text()).toBe('there')
  })

  it('finds new patience each time that the time of its answer has come', async () => {
    const browser = createTestBrowser({
      patience: 50,
      async fetch(_, { delay }) {
        await delay(500)
        await new Promise((resolve) => setTimeout(resolve, 10))
        return new Response()
      },
    })
    const response = track(browser.openTab().fetch('/'))
    await new Promise((resolve) => setTimeout(resolve, 60))
    await browser.advance(500)
    expect(response.state).toBe('resolved')
  })

  it('is the global fetch unless told otherwise, whoever has replaced it', async () => {
    const browser = createTestBrowser({ origin: 'https://app.test' })
    const { fetch } = browser.openTab()
    const spy = vi.spyOn(globalThis, 'fetch').mockResolvedValue(new Response('mocked'))
    const response = await fetch('/api')
    expect(await response.text()).toBe('mocked')
    expect(spy.mock.calls[0]?.[0]).toBe('https://app.test/api')
    spy.mockRestore()
  })

  it('cannot be reached while the browser is offline', async () => {
    const server = createServer()
    const browser = createTestBrowser({ fetch: server.answer })
    browser.goOffline()
    await expect(browser.openTab().fetch('/api/users')).rejects.toThrow(TypeError)
    expect(server.requests).toEqual([])
  })

  it('does the work of a request whose answer is lost', async () => {
    const server = createServer()
    const browser = createTestBrowser({ fetch: server.answer })
    browser.loseAnswers()
    await expect(browser.openTab().fetch('/api/users')).rejects.toThrow(TypeError)
    expect(server.requests).toEqual(['GET /api/users'])
  })
})
