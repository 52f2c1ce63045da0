import axios, { type AxiosError, type InternalAxiosRequestConfig } from 'axios'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createAxios } from '../src/clients/axios.ts'
import { createFetch } from '../src/clients/fetch.ts'
import { SessionEndedError } from '../src/session/errors.ts'
import { caught, expired, signedIn } from './axios/arrange.ts'
import { unauthorized } from './helpers/fake-server.ts'
import { functionAdapter } from './helpers/function-adapter.ts'
import { polluted } from './helpers/polluted.ts'
import { createWorld } from './helpers/world.ts'

async function opened(options = {}) {
  const world = createWorld()
  const { session } = await world.openSignedIn({ refreshMargin: 0, ...options })
  return { ...world, session, apiFetch: createFetch(session) }
}

describe('fetch: what the caller said at the time of the call', () => {
  it('sends the retry to where a URL object led then', async () => {
    const { apiFetch, server, clock } = await opened()
    server.expireAll()
    const url = new URL('https://app.test/api/items?page=1')
    const call = apiFetch(url)
    url.searchParams.set('page', '2')
    await clock.advance(1000)
    await call
    expect(server.hits.map((hit) => hit.url.search)).toEqual(['?page=1', '?page=1'])
  })

  it('sends no token to where a URL object leads afterwards', async () => {
    const { apiFetch, server, clock } = await opened()
    server.expireAll()
    const url = new URL('https://app.test/api/items')
    const call = apiFetch(url)
    url.host = 'evil.test'
    await clock.advance(1000)
    await call
    for (const hit of server.hits) expect(hit.url.origin).toBe('https://app.test')
  })

  it('reads an input that says its URL when asked only once', async () => {
    const { apiFetch, server, clock } = await opened()
    let asked = 0
    const input = { toString: () => (asked++ === 0 ? 'https://app.test/api' : 'https://evil.test/') }
    const call = apiFetch(input as unknown as string)
    await clock.advance(1000)
    await call
    expect(server.hits.map(({ url }) => url.origin)).toEqual(['https://app.test'])
  })

  it.each([
    ['a typed array', (bytes: Uint8Array<ArrayBuffer>) => bytes],
    ['an ArrayBuffer', (bytes: Uint8Array<ArrayBuffer>) => bytes.buffer],
    ['a DataView', (bytes: Uint8Array<ArrayBuffer>) => new DataView(bytes.buffer)],
  ])('sends the bytes of %s as they were then', async (_, bodyOf) => {
    const { apiFetch, server, clock } = await opened()
    server.expireAll()
    const bytes = new TextEncoder().encode('before')
    const call = apiFetch('/api/items', { method: 'POST', body: bodyOf(bytes) })
    bytes.set(new TextEncoder().encode('after!'))
    await clock.advance(1000)
    await call
    expect(server.hits.map(({ body }) => body)).toEqual(['before', 'before'])
  })

  it('sends bytes whose buffer has been handed over to a worker meanwhile', async () => {
    const { apiFetch, server, clock } = await opened()
    server.expireAll()
    const bytes = new TextEncoder().encode('before')
    const call = apiFetch('/api/items', { method: 'POST', body: bytes }).catch((error: unknown) => error)
    structuredClone(bytes, { transfer: [bytes.buffer] })
    await clock.advance(1000)
    expect(await call).toHaveProperty('status', 200)
    expect(server.hits.map(({ body }) => body)).toEqual(['before', 'before'])
  })
})

describe('a base element that changes while a request waits', () => {
  const resolving =
    (world: ReturnType<typeof createWorld>, sent: string[]) => (input: unknown, token: unknown) => {
      const url = new URL(String(input), world.page.baseUrl)
      if (token) sent.push(url.origin)
      return url.origin === 'https://app.test' && sent.length > 1 ? 200 : 401
    }

  it.each(['signed in', 'starting'])('leads no token of fetch elsewhere: %s', async (kind) => {
    const world = createWorld()
    const { session } = kind === 'starting' ? world.open() : await world.openSignedIn()
    const sent: string[] = []
    const answer = resolving(world, sent)
    const apiFetch = createFetch(session, {
      async fetch(input, init) {
        return new Response('', { status: answer(input, new Headers(init?.headers).get('Authorization')) })
      },
    })
    const call = apiFetch('/api/me').catch((error: unknown) => error)
    await world.clock.advance(20)
    world.page.baseUrl = 'https://evil.test/'
    await world.clock.advance(1000)
    await call
    expect(sent).not.toContain('https://evil.test')
  })

  it.each(['signed in', 'starting'])('leads no token of axios elsewhere: %s', async (kind) => {
    const world = createWorld()
    const { session } = kind === 'starting' ? world.open() : await world.openSignedIn()
    const sent: string[] = []
    const answer = resolving(world, sent)
    const api = createAxios(session, {
      validateStatus: null,
      async adapter(config) {
        const status = answer(axios.getUri(config), config.headers.get('Authorization'))
        return { data: '', status, statusText: '', headers: {}, config }
      },
    })
    const call = caught(api.get('/api/me'))
    await world.clock.advance(20)
    world.page.baseUrl = 'https://evil.test/'
    await world.clock.advance(1000)
    await call
    expect(sent).not.toContain('https://evil.test')
  })
})

describe('the 401 that nobody sees', () => {
  it('is let go of when its request is aborted while it waits for the retry', async () => {
    const { apiFetch, server, clock } = await opened()
    let cancelled = 0
    server.onApi = () => new Response(new ReadableStream({ cancel: () => void cancelled++ }), { status: 401 })
    const controller = new AbortController()
    const call = caught(apiFetch('/api/me', { signal: controller.signal }))
    await clock.advance(20)
    controller.abort()
    await call
    expect(cancelled).toBe(1)
  })

  it('is let go of when axios’s timeout ends the wait for the retry', async () => {
    const { api, server, clock } = await signedIn({ adapter: 'function' })
    let cancelled = 0
    server.onApi = () => new Response(new ReadableStream({ cancel: () => void cancelled++ }), { status: 401 })
    const call = caught(api.get('/me', { responseType: 'stream', timeout: 30 }))
    await clock.advance(30)
    expect(await call).toHaveProperty('code', 'ECONNABORTED')
    expect(cancelled).toBe(1)
  })
})

describe('axios: a form that the caller goes on using', () => {
  it.each(['retried', 'waiting'])('is sent as it was at the time of the call: %s', async (kind) => {
    const { api, server, clock } = await (kind === 'retried' ? signedIn : expired)({ adapter: 'fetch' })
    server.expireAll()
    const form = new FormData()
    form.set('name', 'before')
    const call = api.post('/items', form)
    form.set('name', 'after')
    await clock.advance(1000)
    await call
    for (const { body } of server.hits) expect(body).toContain('before')
  })

  it('is what bare axios sends too', async () => {
    const { server, clock } = createWorld()
    vi.stubGlobal('fetch', server.fetch)
    const form = new FormData()
    form.set('name', 'before')
    const call = caught(axios.post('https://app.test/public/items', form, { adapter: 'fetch' }))
    form.set('name', 'after')
    await clock.advance(1000)
    await call
    vi.unstubAllGlobals()
    expect(server.hits).toHaveLength(1)
    expect(server.hits[0]?.body).toContain('before')
  })
})

describe('axios: the timeout of a retry over the fetch adapter', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  it.each([['the time the caller gave', {}, 'timeout of 1000ms exceeded']])(
    'names %s',
    async (_, config, message) => {
      const { api, server, clock } = await signedIn({ adapter: 'fetch' })
      server.onApi = () => (server.hits.length === 1 ? unauthorized() : new Promise<never>(() => {}))
      const call = caught(api.get('/me', { timeout: 1000, ...config }))
      await clock.advance(100)
      expect(server.hits).toHaveLength(2)
      await vi.advanceTimersByTimeAsync(1000)
      await clock.advance(0)
      expect(((await call) as AxiosError).message).toBe(message)
    },
  )
})

describe('a polluted Object.prototype', () => {
  it('does not show in the config that an adapter is given, as with bare axios', async () => {
    const seen: Record<string, unknown>[] = []
    const adapter = async (config: InternalAxiosRequestConfig) => {
      const { params, signal, responseType, auth } = config
      seen.push({ params, signal, responseType, auth })
      return { data: '', status: 200, statusText: '', headers: {}, config }
    }
    const { api, clock } = await signedIn({ config: { adapter } })
    await polluted({ params: { evil: 1 }, responseType: 'stream', auth: {} }, async () => {
      await axios.create({ adapter }).get('/me')
      const call = api.get('/me')
      await clock.advance(10)
      await call
    })
    const clean = { params: undefined, signal: undefined, responseType: undefined, auth: undefined }
    expect(seen).toEqual([clean, clean])
  })

  it('does not keep a Request as init from being sent with the token', async () => {
    const { session, clock } = await opened()
    const sent: (string | null)[] = []
    const apiFetch = createFetch(session, {
      async fetch(input, init) {
        sent.push(new Headers((input as Request).headers ?? init?.headers).get('Authorization'))
        return new Response('')
      },
    })
    const init = new Request('https://app.test/other')
    await polluted({ skipAuth: true }, async () => {
      const call = apiFetch('https://app.test/api', init)
      await clock.advance(10)
      await call
    })
    expect(sent).toEqual([expect.stringMatching(/^Bearer ey/)])
  })

  it.each(['get', 'set'])('does not keep an error of ours from being made: %s', async (name) => {
    const error = await polluted({ [name]: () => 'evil' }, () => {
      try {
        return new SessionEndedError('expired')
      } catch (failure) {
        return failure
      }
    })
    expect(error).toBeInstanceOf(SessionEndedError)
  })
})

describe('axios: an instance whose interceptors change the adapter', () => {
  it('keeps the token for a request whose adapter an earlier interceptor has set', async () => {
    const world = createWorld()
    const { session } = await world.openSignedIn()
    const api = axios.create({ baseURL: 'https://app.test' })
    api.interceptors.request.use((config) => {
      config.adapter = functionAdapter(world.server)
      return config
    })
    const { attachAxios } = await import('../src/clients/axios.ts')
    attachAxios(api, session)
    const call = caught(api.get('/me'))
    await world.clock.advance(1000)
    await call
    expect(world.server.hits.map(({ authorization }) => authorization?.slice(0, 9))).toEqual(['Bearer ey'])
  })
})

describe('axios: headers', () => {
  it('takes an Authorization that is undefined for none', async () => {
    const { api, server, clock } = await signedIn()
    const call = caught(api.get('/me', { headers: { Authorization: undefined } as never }))
    await clock.advance(1000)
    expect(await call).toBeUndefined()
    expect(server.hits.map(({ authorization }) => authorization?.slice(0, 9))).toEqual(['Bearer ey'])
  })
})
