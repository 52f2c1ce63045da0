import axios, { type AxiosAdapter, AxiosError, type GenericAbortSignal } from 'axios'
import { describe, expect, it } from 'vitest'
import { attachAxios, createAxios } from '../../src/clients/axios.ts'
import { createFetch } from '../../src/clients/fetch.ts'
import { unauthorized } from '../helpers/fake-server.ts'
import { functionAdapter } from '../helpers/function-adapter.ts'
import { track } from '../helpers/track.ts'
import { caught, expired, signedIn } from './arrange.ts'

describe('an axios caller', () => {
  it('who posts null has it retried', async () => {
    const { api, server, clock } = await signedIn()
    server.expireAll()
    const call = api.post('/me', null)
    await clock.advance(1000)
    expect((await call).status).toBe(200)
    expect(server.hits.map(({ body }) => body)).toEqual(['', ''])
  })

  it('may bring a signal that cannot be listened to', async () => {
    const { api, server, clock } = await expired({ adapter: 'function' })
    const signal: GenericAbortSignal = { aborted: false }
    const send = functionAdapter(server)
    const adapter: AxiosAdapter = ({ signal: _, ...config }) => send(config)
    const call = api.get('/me', { signal, adapter })
    await clock.advance(1000)
    expect((await call).status).toBe(200)
  })

  it('who has aborted while an adapter minded nothing does not wait for a token', async () => {
    const { api, server, clock } = await signedIn()
    server.expireAll()
    server.onRefresh = () => new Promise(() => {})
    const send = functionAdapter(server)
    const adapter: AxiosAdapter = ({ signal: _, ...config }) => send(config)
    const controller = new AbortController()
    const call = track(api.get('/me', { adapter, signal: controller.signal }))
    await clock.advance(5)
    controller.abort()
    await clock.advance(100)
    expect(call.state).toBe('rejected')
    expect(axios.isCancel(call.error)).toBe(true)
  })

  it.each([undefined, null, 'a text'])('gets whatever an adapter rejects with: %s', async (reason) => {
    const { api } = await signedIn()
    const call = api.get('/me', { adapter: () => Promise.reject(reason) })
    await expect(call).rejects.toBe(reason)
  })

  it('may leave out the transitional options', async () => {
    const { api, clock, server } = await expired()
    server.onRefresh = () => new Promise(() => {})
    api.interceptors.request.use((config) => {
      delete config.transitional
      return config
    })
    const call = caught(api.get('/me', { timeout: 100 }))
    await clock.advance(200)
    expect(await call).toMatchObject({ code: AxiosError.ECONNABORTED, message: 'timeout of 100ms exceeded' })
  })

  it('who asks for ETIMEDOUT gets it for a wait, too', async () => {
    const { api, clock, server } = await expired()
    server.onRefresh = () => new Promise(() => {})
    const call = caught(api.get('/me', { timeout: 100, transitional: { clarifyTimeoutError: true } }))
    await clock.advance(200)
    expect(await call).toMatchObject({ code: AxiosError.ETIMEDOUT })
  })

  it('keeps an adapter of their own that an interceptor sets after ours, in the newer order', async () => {
    const { session, server, clock } = await signedIn()
    const used: string[] = []
    const api = axios.create({
      baseURL: 'https://app.test',
      transitional: { legacyInterceptorReqResOrdering: false },
    })
    attachAxios(api, session)
    const send = functionAdapter(server)
    api.interceptors.request.use((config) => {
      config.adapter = (given) => {
        used.push('own')
        return send(given)
      }
      return config
    })
    server.expireAll()
    const call = api.get('/me')
    await clock.advance(1000)
    expect((await call).status).toBe(200)
    expect(used).toEqual(['own', 'own'])
  })

  it('may detach twice, and a session that is disposed of detaches', async () => {
    const { session, api, base, server, clock } = await signedIn({ adapter: 'function' })
    const attached = createAxios(session, base)
    const detach = attachAxios(attached, session)
    detach()
    detach()
    session.dispose()
    for (const instance of [api, attached]) {
      const call = caught(instance.get('/me'))
      await clock.advance(100)
      expect(await call).toMatchObject({ status: 401 })
    }
    expect(server.hits.map(({ authorization }) => authorization)).toEqual([null, null])
  })
})

describe('a fetch caller', () => {
  it('gets a TypeError for a transport that is no function', async () => {
    const { session } = await signedIn()
    expect(() => createFetch(session, { fetch: 'fetch' as never })).toThrow(
      new TypeError('silent-refresh: option "fetch" must be a function.'),
    )
  })

  it('tells its rule where the answer came from, or where it was sent if the answer does not say', async () => {
    const asked: string[] = []
    const shouldRefresh = ({ url, method }: { url: string; method: string }) => {
      asked.push(`${method} ${url}`)
      return false
    }
    const { session, server, clock } = await signedIn({ options: { shouldRefresh } })
    server.onApi = unauthorized
    const send = createFetch(session)
    const calls = [send('/a'), send(new Request('https://app.test/b', { method: 'PUT' }))]
    await clock.advance(100)
    await Promise.all(calls)
    expect(asked).toEqual([expect.stringMatching(/^GET .*\/a$/), 'PUT https://app.test/b'])
  })

  it('has the bodies thrown away of answers that nobody will see', async () => {
    const { session, server, clock } = await signedIn()
    let cancelled = 0
    server.onApi = ({ url }) => {
      if (server.hits.filter((hit) => hit.url.href === url.href).length > 1) return undefined
      const body = new ReadableStream({ cancel: () => void cancelled++ })
      return new Response(body, { status: 401, headers: { 'WWW-Authenticate': 'Bearer' } })
    }
    const call = createFetch(session)('/me')
    await clock.advance(1000)
    expect([(await call).status, cancelled]).toEqual([200, 1])
  })
})
