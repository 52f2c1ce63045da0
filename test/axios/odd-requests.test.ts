import { Readable } from 'node:stream'
import type { AxiosAdapter } from 'axios'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { createFetch } from '../../src/clients/fetch.ts'
import { unauthorized } from '../helpers/fake-server.ts'
import { functionAdapter } from '../helpers/function-adapter.ts'
import { caught, signedIn } from './arrange.ts'

afterEach(() => void vi.unstubAllGlobals())

describe('a request through axios', () => {
  it('with a stream of Node as its body is not sent twice, and the events say why', async () => {
    const { api, server, session, clock } = await signedIn()
    const passed: unknown[] = []
    session.subscribe(
      (event) => {
        if (event.type === 'request-passed') passed.push(event.why)
      },
      { requests: true },
    )
    server.expireAll()
    const send = functionAdapter(server)
    const adapter: AxiosAdapter = (config) => send({ ...config, data: 'read' })
    const call = caught(api.post('/me', Readable.from(['once']), { adapter }))
    await clock.advance(1000)
    expect(await call).toMatchObject({ status: 401 })
    expect([server.hits.length, passed]).toEqual([1, ['one_shot_body']])
  })

  it.each([
    ['public/x', 'https://app.test/api//'],
    ['/public/x', 'https://app.test/api'],
    ['public/x', 'https://app.test/api/'],
  ])('knows an excluded URL, however it is put together: %s at %s', async (url, baseURL) => {
    const options = { exclude: ['https://app.test/api/public/x'] }
    const { api, server, clock } = await signedIn({ options, adapter: 'function', config: { baseURL } })
    const call = caught(api.get(url))
    await clock.advance(100)
    await call
    expect(server.hits.map(({ authorization }) => authorization)).toEqual([null])
  })

  it('shows its rule no headers that an adapter has left empty', async () => {
    const seen: string[][] = []
    const shouldRefresh = ({ headers }: { headers: Headers }) => {
      seen.push([...headers.keys()])
      return false
    }
    const { api } = await signedIn({ options: { shouldRefresh } })
    const adapter: AxiosAdapter = async (config) => ({
      data: '',
      status: 401,
      statusText: '',
      headers: { 'x-none': undefined, 'x-null': null, 'x-one': '1' } as never,
      config,
    })
    await api.get('/me', { adapter, validateStatus: null })
    expect(seen).toEqual([['x-one']])
  })

  it('needs no `Request`, which old environments lack', async () => {
    const { api, clock, server } = await signedIn()
    const request = { socket: 1 }
    const send = functionAdapter(server)
    const original = Request
    const adapter: AxiosAdapter = async (config) => {
      vi.stubGlobal('Request', original)
      const response = await send(config)
      vi.stubGlobal('Request', undefined)
      return { ...response, request }
    }
    const call = api.get('/me', { adapter })
    await clock.advance(100)
    expect((await call).request).toBe(request)
  })
})

describe('a request through fetch', () => {
  it('with an Authorization of its own among others keeps it', async () => {
    const { session, server, clock } = await signedIn()
    const call = createFetch(session)('/me', { headers: { 'X-One': '1', authorization: 'Basic own' } })
    await clock.advance(100)
    await call
    expect(server.hits.map(({ authorization }) => authorization)).toEqual(['Basic own'])
  })

  it('as a Request may go out with no header added', async () => {
    const refresh = { url: '/auth/refresh', accessToken: false as const }
    const { session, server, clock } = await signedIn({ options: { refresh } })
    const call = createFetch(session)(new Request('https://app.test/public', { headers: { 'X-One': '1' } }))
    await clock.advance(1000)
    expect((await call).status).toBe(200)
    expect(server.hits.map(({ headers }) => Object.fromEntries(headers))).toEqual([{ 'x-one': '1' }])
  })

  it('throws away the answer that a new CSRF header makes needless', async () => {
    const renewal = { url: '/csrf', status: [419] }
    const csrf = { header: 'X-XSRF-TOKEN', cookie: 'XSRF-TOKEN', renewal }
    const { session, server, clock, page } = await signedIn({ options: { csrf } })
    page.cookie['XSRF-TOKEN'] = 'old'
    let cancelled = 0
    server.onApi = ({ url, headers }) => {
      if (url.pathname === '/csrf') page.cookie['XSRF-TOKEN'] = 'new'
      if (url.pathname === '/csrf' || headers.get('X-XSRF-TOKEN') === 'new') return Response.json({})
      return new Response(new ReadableStream({ cancel: () => void cancelled++ }), { status: 419 })
    }
    const call = createFetch(session)('/me')
    await clock.advance(1000)
    expect([(await call).status, cancelled]).toEqual([200, 1])
  })

  it('that is refused for good brings its refusal', async () => {
    const { session, server, clock } = await signedIn()
    server.onApi = unauthorized
    const call = createFetch(session)('/me')
    await clock.advance(1000)
    expect((await call).status).toBe(401)
    expect(server.hits).toHaveLength(2)
  })
})
