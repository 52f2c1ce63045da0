import { delay, HttpResponse, http } from 'msw'
import { setupServer } from 'msw/node'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { createTestBrowser } from '../../src/testing.ts'
import { track } from '../helpers/track.ts'
import { createApp } from './app.ts'
import { options } from './server.ts'

const minute = 60_000
const api = 'https://app.test'
let refreshes = 0
const msw = setupServer(
  http.post(`${api}/auth/refresh`, () =>
    HttpResponse.json({ access_token: `token-${++refreshes}`, expires_in: 900 }),
  ),
  http.post(`${api}/auth/logout`, () => new HttpResponse(null, { status: 204 })),
  http.get(`${api}/api/users`, ({ request }) =>
    request.headers.get('Authorization') === `Bearer token-${refreshes}`
      ? HttpResponse.json(['Ada', 'Grace'])
      : new HttpResponse(null, { status: 401 }),
  ),
)
beforeAll(() => msw.listen())
afterEach(() => {
  msw.resetHandlers()
  refreshes = 0
})
afterAll(() => msw.close())

function startApp(patience?: number) {
  const browser = createTestBrowser({ patience, origin: api })
  const session = browser.openTab().createSession(options)
  return { browser, session, app: createApp(session) }
}

describe('an app whose server is msw', () => {
  it('needs no waiting: `advance` returns when all is answered', async () => {
    const { browser, session, app } = startApp()
    const users = track(app.loadUsers())
    await browser.advance(1000)
    expect(users.value).toEqual(['Ada', 'Grace'])
    await browser.advance(15 * minute)
    expect(refreshes).toBe(2)
    expect(await browser.until(app.loadUsers())).toHaveLength(2)
    await browser.until(session.signOut())
    expect(app.banner).toBe('Goodbye')
  })

  it('is signed out when a handler says so', async () => {
    const { browser, session, app } = startApp()
    await browser.until(session.ready())
    msw.use(http.post(`${api}/auth/refresh`, () => new HttpResponse(null, { status: 401 })))
    await browser.advance(15 * minute)
    expect(app.banner).toBe('Please sign in again')
  })

  it('is answered in time by a handler that takes real time', async () => {
    const { browser, app } = startApp()
    msw.use(
      http.get(`${api}/api/users`, async () => {
        await delay(60)
        return HttpResponse.json(['late'])
      }),
    )
    const start = browser.now()
    const users = track(app.loadUsers())
    await browser.advance(0)
    await browser.advance(1000)
    expect(users.value).toEqual(['late'])
    expect(browser.now() - start).toBe(1000)
  })

  it('goes on without a handler that takes more time than there is patience', async () => {
    const { browser, session } = startApp(20)
    msw.use(
      http.post(`${api}/auth/refresh`, async () => {
        await delay(150)
        return HttpResponse.json({ access_token: 'late', expires_in: 900 })
      }),
    )
    await browser.advance(7000)
    expect(session.getSnapshot()).toMatchObject({ status: 'loading', refreshing: true })
    while (session.getSnapshot().status === 'loading') await browser.settle()
    expect(session.getSnapshot().status).toBe('authenticated')
  })

  it('sees its own timeouts with a handler that never answers', async () => {
    const { browser, session, app } = startApp(50)
    await browser.until(session.ready())
    msw.use(
      http.post(`${api}/auth/refresh`, async () => {
        await delay('infinite')
        return HttpResponse.json({})
      }),
    )
    browser.sleep(15 * minute)
    const users = track(app.loadUsers())
    await browser.advance(14_999)
    expect(users.state).toBe('pending')
    await browser.advance(1)
    expect(users.error).toMatchObject({ code: 'ERR_REFRESH_UNAVAILABLE' })
    expect(session.getSnapshot()).toMatchObject({ status: 'authenticated', stale: true })
  })

  it('meets an outage of the browser, not of msw', async () => {
    const { browser, session, app } = startApp()
    await browser.until(session.ready())
    browser.goOffline()
    await expect(browser.until(app.loadUsers())).rejects.toThrow(TypeError)
    browser.goOnline()
    expect(await browser.until(app.loadUsers())).toHaveLength(2)
  })
})
