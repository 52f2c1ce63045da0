import { inspect } from 'node:util'
import { AxiosError, type AxiosResponse } from 'axios'
import { describe, expect, it } from 'vitest'
import { isSilentRefreshError } from '../../src/session/errors.ts'
import { json, unauthorized } from '../helpers/fake-server.ts'
import { adapters, caught, expired, signedIn } from './arrange.ts'

function read(object: object, key: PropertyKey): unknown {
  try {
    return Reflect.get(object, key)
  } catch {
    return undefined
  }
}

/** Everything that can be reached by own properties, whether enumerable or not, and what iterators give. */
function* reachable(root: unknown, seen = new Set<unknown>()): Generator<string> {
  if (typeof root === 'string') yield root
  if (root === null || (typeof root !== 'object' && typeof root !== 'function') || seen.has(root)) return
  seen.add(root)
  for (const key of Reflect.ownKeys(root)) {
    yield String(key)
    yield* reachable(read(root, key), seen)
  }
  if (root instanceof Headers || root instanceof Map || root instanceof Set) yield* reachable([...root], seen)
  if (root instanceof Request) yield* reachable([root.url, root.headers], seen)
}

function expectNoToken(value: unknown, tokens: readonly (string | null)[]): void {
  const texts = [
    ...reachable(value),
    inspect(value, { depth: Infinity, showHidden: true, getters: true }),
    value instanceof AxiosError ? JSON.stringify(value.toJSON()) : '',
    value instanceof Error ? `${value.message}${value.stack}` : '',
  ]
  expect(tokens.length).toBeGreaterThan(0)
  for (const authorization of tokens) {
    const token = authorization?.replace('Bearer ', '')
    expect(token).toMatch(/^ey/)
    expect(texts.filter((text) => text.includes(token ?? ''))).toEqual([])
  }
}

describe.each(adapters)('axios over %s: errors', (adapter) => {
  it('are those of axios for a final 401, with the reason of the refresh as cause', async () => {
    const { api, server, clock } = await signedIn({ adapter })
    server.expireAll()
    server.cookie = undefined
    server.onRefresh = () => json({}, { status: 503 })
    const call = caught(api.get('/me', { headers: { 'X-Own': '1' } }))
    await clock.advance(20_000)
    const error = (await call) as AxiosError
    expect(error).toBeInstanceOf(AxiosError)
    expect(error).toMatchObject({
      isAxiosError: true,
      code: 'ERR_BAD_REQUEST',
      message: 'Request failed with status code 401',
      status: 401,
      response: { status: 401, data: { code: 'token_expired' } },
      config: { url: '/me', method: 'get' },
      cause: { code: 'ERR_REFRESH_UNAVAILABLE' },
    })
    expect(isSilentRefreshError(error.cause)).toBe(true)
    expect(Object.keys(error)).not.toContain('cause')
    expect(error.response?.config).toBe(error.config)
    expect(error.config?.headers.get('X-Own')).toBe('1')
  })

  it('carry the end of the session as cause of a final 401', async () => {
    const { api, server, clock, session } = await signedIn({ adapter })
    server.expireAll()
    server.lifetime = 1000
    const call = caught(api.get('/me'))
    await clock.advance(20)
    const signOut = session.signOut()
    await clock.advance(1000)
    await signOut
    expect(await call).toMatchObject({
      response: { status: 401 },
      cause: { code: 'ERR_SESSION_ENDED', reason: 'signed_out' },
    })
  })

  it('are AxiosErrors with a typed cause for what was never sent', async () => {
    const { api, server, clock } = await expired({ adapter })
    server.cookie = undefined
    const call = caught(api.get('/me', { params: { a: 1 } }))
    await clock.advance(1000)
    const error = (await call) as AxiosError
    expect(error).toBeInstanceOf(AxiosError)
    expect(error).toMatchObject({
      isAxiosError: true,
      code: 'ERR_SESSION_ENDED',
      config: { url: '/me', method: 'get', params: { a: 1 } },
      cause: { code: 'ERR_SESSION_ENDED', reason: 'expired' },
    })
    expect(error.response).toBeUndefined()
    expect(error.message).toBe((error.cause as Error).message)
  })

  it('have the config that response interceptors and retry plugins send again', async () => {
    const { api, server, clock } = await expired({ adapter })
    server.onRefresh = () => json({}, { status: 503 })
    const call = caught(api.post('/items', { a: 1 }))
    await clock.advance(20_000)
    const { config } = (await call) as AxiosError
    server.onRefresh = undefined
    const again = api.request(config ?? {})
    await clock.advance(60_000)
    expect((await again).data.body).toBe('{"a":1}')
    expect(server.hits).toHaveLength(1)
  })

  it('carry no token, neither that of the first try nor that of the retry', async () => {
    const { api, server, clock } = await signedIn({ adapter })
    server.onApi = unauthorized
    const call = caught(api.post('/items', { a: 1 }, { headers: { 'X-Own': 'kept' } }))
    await clock.advance(1000)
    const error = (await call) as AxiosError
    expect(error.response?.status).toBe(401)
    expect(server.hits).toHaveLength(2)
    expect([...reachable(error)]).toContain('kept')
    expectNoToken(
      error,
      server.hits.map(({ authorization }) => authorization),
    )
  })

  it('carry no token when they come from the network, an abort or a status', async () => {
    const { api, server, clock } = await signedIn({ adapter })
    const controller = new AbortController()
    server.onApi = ({ url }) => {
      if (url.pathname === '/broken') throw new TypeError('fetch failed')
      return url.pathname === '/slow' ? new Promise<never>(() => {}) : json({}, { status: 500 })
    }
    const calls = ['/broken', '/slow', '/error'].map((url) =>
      caught(api.get(url, { signal: controller.signal })),
    )
    await clock.advance(1000)
    controller.abort()
    await clock.advance(0)
    const errors = await Promise.all(calls)
    expect(errors.map((error) => (error as AxiosError).code)).toEqual([
      'ERR_NETWORK',
      'ERR_CANCELED',
      'ERR_BAD_RESPONSE',
    ])
    for (const error of errors) {
      expect((error as AxiosError).config).toHaveProperty('url')
      expectNoToken(
        error,
        server.hits.map(({ authorization }) => authorization),
      )
    }
  })

  it('carry no token when the session ends during the refresh', async () => {
    const { api, server, clock, session } = await signedIn({ adapter })
    server.expireAll()
    const call = caught(api.get('/me'))
    await clock.advance(20)
    const signOut = session.signOut()
    await clock.advance(1000)
    await signOut
    const error = await call
    expectNoToken(
      error,
      server.hits.map(({ authorization }) => authorization),
    )
  })

  it('leave the token out of successful answers too', async () => {
    const { api, server, clock } = await signedIn({ adapter })
    const call = api.get('/me')
    await clock.advance(1000)
    const response: AxiosResponse = await call
    expect(response.config).toMatchObject({ url: '/me', baseURL: 'https://app.test' })
    expectNoToken(
      response,
      server.hits.map(({ authorization }) => authorization),
    )
  })

  it('still say what was asked for in the request they carry', async () => {
    const { api, server, clock } = await signedIn({ adapter: 'fetch' })
    server.onApi = () => json({}, { status: 500 })
    const call = caught(api.put('/items', { a: 1 }, { headers: { 'X-Own': 'kept' } }))
    await clock.advance(1000)
    const { request, response } = (await call) as AxiosError
    expect(request).toBeInstanceOf(Request)
    expect(request).toHaveProperty('url', 'https://app.test/items')
    expect(request).toHaveProperty('method', 'PUT')
    expect((request as Request).headers.get('X-Own')).toBe('kept')
    expect((response as AxiosResponse).request.headers.has('Authorization')).toBe(false)
  })
})
