import { describe, expect, it } from 'vitest'
import { createFetch } from '../../src/clients/fetch.ts'
import type { RefreshEndpoint } from '../../src/session/auth-endpoint.ts'
import type { SessionOptions } from '../../src/session/options.ts'
import { track } from '../helpers/track.ts'
import { createWorld } from '../helpers/world.ts'

/** The first refresh of a page, as the server sees it. */
async function firstRefresh(refresh: SessionOptions['refresh'], cookie: Record<string, string> = {}) {
  const world = createWorld()
  Object.assign(world.page.cookie, cookie)
  const { session } = world.open({ refresh })
  await world.clock.advance(1000)
  const [hit] = world.server.refreshes
  if (!hit) throw new Error('there was no refresh')
  return { ...world, session, hit }
}

const endpoint = (options: Partial<RefreshEndpoint>) => firstRefresh({ url: '/auth/refresh', ...options })

describe('the refresh request', () => {
  it.each<[string, SessionOptions['refresh']]>([
    ['a path', '/auth/refresh'],
    ['a relative path', '../auth/refresh'],
    ['a URL', 'https://app.test/auth/refresh'],
    ['a URL object', new URL('https://app.test/auth/refresh')],
    ['an endpoint', { url: '/auth/refresh' }],
    ['an endpoint with a URL object', { url: new URL('https://app.test/auth/refresh') }],
    ['an endpoint with nothing but defaults', { url: '/auth/refresh', body: undefined, csrf: undefined }],
  ])('is the same however the endpoint is named: %s', async (_, refresh) => {
    const { hit, session } = await firstRefresh(refresh)
    expect(hit.url.href).toBe('https://app.test/auth/refresh')
    expect(hit.method).toBe('POST')
    expect(hit.body).toBe('{}')
    expect(Object.fromEntries(hit.headers)).toEqual({
      accept: 'application/json',
      'content-type': 'application/json',
      'x-silent-refresh': '1',
    })
    expect(session.getSnapshot().status).toBe('authenticated')
  })

  it('outlives its page, is not cached, follows no redirect and brings its cookies', async () => {
    const { hit } = await firstRefresh('/auth/refresh')
    expect(hit.init).toMatchObject({
      keepalive: true,
      cache: 'no-store',
      redirect: 'error',
      credentials: 'include',
    })
    expect(hit.init.signal).toBeUndefined()
  })

  it.each([
    ['at the start', 'startup', undefined],
    ['ahead of expiry', 'proactive', 49_500],
    ['for an expired token', 'expired', 0],
    ['after a 401', 'rejected', 0],
    ['at the wish of the app', 'requested', 0],
  ] as const)('never carries the access token: %s', async (_, reason, wait) => {
    const { server, clock, open, openSignedIn } = createWorld()
    const { session, events } = wait === undefined ? open() : await openSignedIn()
    if (reason === 'expired') clock.sleep(server.lifetime)
    if (reason === 'rejected') server.expireAll()
    if (reason === 'expired' || reason === 'rejected') track(createFetch(session)('/api/me'))
    if (reason === 'requested') track(session.refresh())
    await clock.advance((wait ?? 0) + 100)
    expect(events.find(({ type }) => type === 'refresh-started')).toMatchObject({ reason })
    expect(server.refreshes).toHaveLength(1)
    const [hit] = server.refreshes
    expect(hit?.authorization).toBeNull()
    expect(JSON.stringify([...(hit?.headers ?? []), hit?.url, hit?.body])).not.toContain('ey')
  })
})

describe('the options of the endpoint', () => {
  it('method', async () => {
    expect((await endpoint({ method: 'put' })).hit.method).toBe('PUT')
  })

  it.each(['GET', 'get', 'HEAD'])('method %s sends no body', async (method) => {
    const { hit } = await endpoint({ method, body: { ignored: true } })
    expect(hit.method).toBe(method.toUpperCase())
    expect(hit.body).toBe('')
    expect(hit.init).not.toHaveProperty('body')
    expect(hit.headers.get('Content-Type')).toBeNull()
    expect(hit.headers.get('X-Silent-Refresh')).toBe('1')
  })

  it('headers are added, and replace the usual ones', async () => {
    const { hit } = await endpoint({ headers: { 'X-Tenant': 'acme', accept: 'application/vnd.acme+json' } })
    expect(hit.headers.get('X-Tenant')).toBe('acme')
    expect(hit.headers.get('Accept')).toBe('application/vnd.acme+json')
    expect(hit.headers.get('X-Silent-Refresh')).toBe('1')
  })

  it('headers may be a function, asked at each call', async () => {
    let count = 0
    const { session, clock, server } = await endpoint({ headers: () => ({ 'X-Count': String(++count) }) })
    track(session.refresh())
    await clock.advance(1000)
    expect(server.refreshes.map(({ headers }) => headers.get('X-Count'))).toEqual(['1', '2'])
  })

  it.each<[string, RefreshEndpoint['body'], string, string | null]>([
    ['an object', { grant: 'refresh' }, '{"grant":"refresh"}', 'application/json'],
    [
      'an object without a prototype',
      Object.assign(Object.create(null), { a: 1 }),
      '{"a":1}',
      'application/json',
    ],
    ['a list', [1, 2], '[1,2]', 'application/json'],
    ['text', 'grant=refresh', 'grant=refresh', 'text/plain;charset=UTF-8'],
    ['nothing', null, '', null],
    [
      'a form',
      new URLSearchParams({ grant_type: 'refresh_token' }),
      'grant_type=refresh_token',
      'application/x-www-form-urlencoded;charset=UTF-8',
    ],
    ['a blob', new Blob(['x'], { type: 'text/x' }), 'x', 'text/x'],
    ['a function for an object', () => ({ a: 1 }), '{"a":1}', 'application/json'],
    ['a function for text', () => 'text', 'text', 'text/plain;charset=UTF-8'],
    ['a function for nothing', () => null, '', null],
    [
      'a function for a form',
      () => new URLSearchParams({ a: '1' }),
      'a=1',
      'application/x-www-form-urlencoded;charset=UTF-8',
    ],
  ])('body is sent as what it is: %s', async (_, body, sent, type) => {
    const { hit } = await endpoint({ body })
    expect(hit.body).toBe(sent)
    expect(hit.headers.get('Content-Type')).toBe(type)
  })

  it('body may be a function, asked at each call', async () => {
    let count = 0
    const { session, clock, server } = await endpoint({ body: () => ({ count: ++count }) })
    track(session.refresh())
    await clock.advance(1000)
    expect(server.refreshes.map(({ body }) => body)).toEqual(['{"count":1}', '{"count":2}'])
  })

  it('a Content-Type of the app stands, whatever the body', async () => {
    const { hit } = await endpoint({ headers: { 'content-type': 'application/vnd.acme+json' } })
    expect(hit.headers.get('Content-Type')).toBe('application/vnd.acme+json')
  })

  it.each(['include', 'same-origin', 'omit'] as const)('credentials: %s', async (credentials) => {
    expect((await endpoint({ credentials })).hit.init.credentials).toBe(credentials)
  })

  it.each([true, false])('keepalive: %s', async (keepalive) => {
    expect((await endpoint({ keepalive })).hit.init.keepalive).toBe(keepalive)
  })

  it('csrf may be a header of the app', async () => {
    const { hit } = await endpoint({ csrf: { header: 'X-Requested-With', value: 'fetch' } })
    expect(hit.headers.get('X-Requested-With')).toBe('fetch')
    expect(hit.headers.get('X-Silent-Refresh')).toBeNull()
  })

  it('csrf may be none', async () => {
    expect((await endpoint({ csrf: false })).hit.headers.get('X-Silent-Refresh')).toBeNull()
  })

  it('csrf may be a cookie, read at each call', async () => {
    const csrf = { header: 'X-XSRF-TOKEN', cookie: 'XSRF-TOKEN' }
    const { session, clock, server, page } = await firstRefresh(
      { url: '/auth/refresh', csrf },
      { 'XSRF-TOKEN': 'one' },
    )
    page.cookie['XSRF-TOKEN'] = 'two'
    track(session.refresh())
    await clock.advance(1000)
    delete page.cookie['XSRF-TOKEN']
    track(session.refresh())
    await clock.advance(1000)
    expect(server.refreshes.map(({ headers }) => headers.get('X-XSRF-TOKEN'))).toEqual(['one', 'two', null])
  })

  it('that fail by themselves are a passing failure', async () => {
    const { server, clock, open } = createWorld()
    const failure = new Error('no tenant yet')
    const options: Partial<RefreshEndpoint>[] = [
      {
        headers: () => {
          throw failure
        },
      },
      {
        body: () => {
          throw failure
        },
      },
    ]
    for (const each of options) {
      const { session } = open({ refresh: { url: '/auth/refresh', ...each } })
      await clock.advance(0)
      expect(session.getSnapshot()).toMatchObject({
        status: 'loading',
        error: { code: 'ERR_REFRESH_UNAVAILABLE', cause: failure },
      })
    }
    expect(server.refreshes).toHaveLength(0)
  })
})
