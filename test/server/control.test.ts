import { describe, expect, it, vi } from 'vitest'
import type { LogEntry, MisbehaviourChanges } from '../../demo/server/host/control.ts'
import type { RunningServer, ServerOptions } from '../../demo/server/node.ts'
import { hashToken } from '../../demo/server/session/refresh-tokens.ts'
import type { TokenAnswer } from './backend.ts'
import { eventsOf, login, me, post, start } from './server.ts'

describe('the control surface', () => {
  const startControlled = (options: ServerOptions = {}) => start({ control: true, ...options })
  const set = ({ url }: RunningServer, changes: MisbehaviourChanges | Record<string, number>) =>
    fetch(`${url}/control/set`, { method: 'POST', body: JSON.stringify(changes) })
  const control = ({ url }: RunningServer, path: string) =>
    fetch(`${url}/control/${path}`, { method: 'POST' })

  async function readLog({ url }: RunningServer): Promise<LogEntry[]> {
    const { entries } = (await (await fetch(`${url}/control/log`)).json()) as { entries: LogEntry[] }
    return entries
  }

  it('logs every request, with hashes in place of secrets', async () => {
    const server = await startControlled()
    const { cookie, body } = await login(server)
    await me(server, body.access_token)
    await post(server, '/auth/refresh', cookie)
    const cookieHash = (await hashToken(cookie.split('=')[1] ?? '')).slice(0, 8)
    const tokenHash = (await hashToken(body.access_token)).slice(0, 8)
    const times = { at: expect.any(Number), answeredAt: expect.any(Number) }
    const nothing = { ...times, authorization: false, tokenHash: null, cookieHash: null, setCookieHash: null }
    expect(await readLog(server)).toEqual([
      { ...nothing, method: 'POST', path: '/auth/login', status: 200, setCookieHash: cookieHash },
      { ...nothing, method: 'GET', path: '/api/me', status: 200, authorization: true, tokenHash },
      { ...nothing, method: 'POST', path: '/auth/refresh', status: 200, cookieHash },
    ])
    await control(server, 'reset-log')
    expect(await readLog(server)).toEqual([])
  })

  it('expires all access tokens issued so far, and no later one', async () => {
    const server = await startControlled()
    const { cookie, body } = await login(server)
    expect((await control(server, 'expire-tokens')).status).toBe(204)
    const refused = await me(server, body.access_token)
    expect(refused.status).toBe(401)
    expect(refused.headers.get('www-authenticate')).toContain('error_description="expired"')
    expect(await refused.json()).toMatchObject({ code: 'token_expired' })
    const { access_token: next } = (await (await post(server, '/auth/refresh', cookie)).json()) as TokenAnswer
    expect((await me(server, next)).status).toBe(200)
    await control(server, 'expire-tokens')
    expect((await me(server, next)).status).toBe(401)
  })

  it('delays the answer of a refresh whose rotation is done', async () => {
    const server = await startControlled({ strict: true })
    const { cookie } = await login(server)
    await set(server, { refreshDelay: 1e8 })
    const pending = post(server, '/auth/refresh', cookie).catch(() => 'cut')
    await vi.waitFor(async () => expect(await eventsOf(server)).toContain('refresh_rotated'))
    expect((await readLog(server)).at(-1)).toMatchObject({
      path: '/auth/refresh',
      status: null,
      answeredAt: null,
    })
    await server.close()
    expect(await pending).toBeDefined()
  })

  it('sends the headers of a delayed answer at once when told to', async () => {
    const server = await startControlled({ strict: true })
    const { cookie } = await login(server)
    await set(server, { refreshDelay: 1e8, lateHeaders: false })
    const response = await post(server, '/auth/refresh', cookie)
    expect(response.headers.getSetCookie()).toHaveLength(2)
    const body = response.text().catch(() => 'cut')
    await server.close()
    expect(await body).toBeDefined()
  })

  it('delays the API, too', async () => {
    const server = await startControlled()
    const { body } = await login(server)
    await set(server, { apiDelay: 1e8, lateHeaders: false })
    const response = await me(server, body.access_token)
    expect(response.status).toBe(200)
    let arrived = false
    const late = response.text().then(
      () => server.url,
      () => 'cut',
    )
    void late.then(() => {
      arrived = true
    })
    await readLog(server)
    expect(arrived).toBe(false)
    await server.close()
    await late
  })

  it('refuses a refresh as told, as often as told, touching nothing', async () => {
    const server = await startControlled({ strict: true })
    const { cookie } = await login(server)
    await set(server, { refreshStatus: 503, refreshStatusTimes: 2, retryAfter: 7 })
    for (const _ of [1, 2]) {
      const response = await post(server, '/auth/refresh', cookie)
      expect([response.status, response.headers.get('retry-after')]).toEqual([503, '7'])
      expect(response.headers.getSetCookie()).toEqual([])
    }
    expect(await eventsOf(server)).toEqual(['login_succeeded'])
    expect((await post(server, '/auth/refresh', cookie)).status).toBe(200)
  })

  it('cuts the connection after the rotation, as often as told', async () => {
    const server = await startControlled({ strict: true })
    const { cookie } = await login(server)
    await set(server, { dropRefreshAnswers: 1 })
    await expect(post(server, '/auth/refresh', cookie)).rejects.toThrow()
    expect(await eventsOf(server)).toEqual(['login_succeeded', 'refresh_rotated'])
    expect(server.control.log().at(-1)).toMatchObject({ path: '/auth/refresh', status: null })
    expect((await post(server, '/auth/refresh', cookie)).status).toBe(401)
    server.control.set({ dropRefreshAnswers: true })
    for (const _ of [1, 2]) await expect(post(server, '/auth/refresh', cookie)).rejects.toThrow()
  })

  it('answers a refresh like a captive portal when told to, touching nothing', async () => {
    const server = await startControlled({ strict: true })
    const { cookie } = await login(server)
    server.control.set({ refreshBody: '<h1>Welcome to the hotel</h1>' })
    const response = await post(server, '/auth/refresh', cookie)
    expect([response.status, response.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8'])
    expect(await response.text()).toContain('hotel')
    server.control.set({ refreshStatus: 302, refreshBody: '{"to":"/"}' })
    const redirected = await post(server, '/auth/refresh', cookie)
    expect([redirected.status, await redirected.json()]).toEqual([302, { to: '/' }])
    expect(await eventsOf(server)).toEqual(['login_succeeded'])
  })

  it('can answer a refresh with a status that has no body', async () => {
    const server = await startControlled()
    server.control.set({ refreshStatus: 204 })
    expect((await post(server, '/auth/refresh')).status).toBe(204)
  })

  it('merges what it is told, and null is back to normal, for one or for all', async () => {
    const server = await startControlled()
    await set(server, { refreshStatus: 500 })
    const merged = await set(server, { retryAfter: 3 })
    expect(await merged.json()).toMatchObject({ refreshStatus: 500, retryAfter: 3, refreshDelay: 0 })
    const partly = await set(server, { refreshStatus: null, lateHeaders: null, apiDelay: 5 })
    expect(await partly.json()).toMatchObject({ refreshStatus: null, lateHeaders: true, apiDelay: 5 })
    expect((await post(server, '/auth/refresh')).status).toBe(401)
    const normal = await set(server, null)
    expect(await normal.json()).toMatchObject({ refreshStatus: null, retryAfter: null, apiDelay: 0 })
  })

  it('can be used without requests, by whoever started the server', async () => {
    const server = await startControlled()
    const { body } = await login(server)
    expect(server.control.log()).toEqual(await readLog(server))
    server.control.expireTokens()
    expect((await me(server, body.access_token)).status).toBe(401)
    server.control.resetLog()
    expect(server.control.log()).toEqual([])
    server.control.set({ refreshStatus: 503 })
    expect((await post(server, '/auth/refresh')).status).toBe(503)
    server.control.set(null)
    expect((await post(server, '/auth/refresh')).status).toBe(401)
  })

  it('is told apart by an error from a server started without it', async () => {
    const { control: without } = await start()
    for (const name of ['expireTokens', 'log', 'resetLog'] as const)
      expect(without[name]).toThrow('control: true')
    expect(() => without.set(null)).toThrow('control: true')
  })

  it('refuses a misbehaviour it does not know and can be told to behave again', async () => {
    const server = await startControlled()
    expect((await set(server, { refreshDellay: 1 })).status).toBe(400)
    expect((await control(server, 'set')).status).toBe(400)
    expect((await control(server, 'none')).status).toBe(404)
    await set(server, { refreshStatus: 500 })
    expect(await (await control(server, 'reset')).json()).toMatchObject({
      refreshStatus: null,
      refreshDelay: 0,
    })
    expect((await post(server, '/auth/refresh')).status).toBe(401)
  })
})
