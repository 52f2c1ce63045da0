import axios, {
  AxiosError,
  type AxiosRequestConfig,
  CanceledError,
  type InternalAxiosRequestConfig,
} from 'axios'
import { describe, expect, it } from 'vitest'
import { createCountedSignal } from '../helpers/counted-signal.ts'
import { adapters, caught, expired, signedIn } from './arrange.ts'

describe.each(adapters)('axios over %s: aborting', (adapter) => {
  it('rejects a waiting request with the CanceledError that axios callers know', async () => {
    const { api, server, clock } = await expired({ adapter })
    const controller = new AbortController()
    const call = caught(api.get('/me', { signal: controller.signal }))
    await clock.advance(10)
    controller.abort(new Error('left'))
    const error = await call
    expect(axios.isCancel(error)).toBe(true)
    expect(error).toMatchObject({ code: 'ERR_CANCELED', name: 'CanceledError', message: 'canceled' })
    expect(error).toHaveProperty('config.url', '/me')
    await clock.advance(1000)
    expect(server.hits).toHaveLength(0)
    expect(server.refreshes).toHaveLength(1)
  })

  it('heeds a cancel token while waiting, with its message', async () => {
    const { api, server, clock } = await expired({ adapter })
    const { token, cancel } = axios.CancelToken.source()
    const call = caught(api.get('/me', { cancelToken: token }))
    const other = api.get('/other')
    await clock.advance(10)
    cancel('changed my mind')
    const error = await call
    expect(error).toBe(token.reason)
    expect(error).toBeInstanceOf(CanceledError)
    expect(error).toMatchObject({ code: 'ERR_CANCELED', message: 'changed my mind' })
    await clock.advance(1000)
    expect((await other).status).toBe(200)
    expect(server.hits).toHaveLength(1)
  })

  it('causes no traffic for a cancel token that was cancelled before the call', async () => {
    const { api, server, clock } = await expired({ adapter })
    const { token, cancel } = axios.CancelToken.source()
    cancel()
    const call = caught(api.get('/me', { cancelToken: token }))
    await clock.advance(1000)
    expect(axios.isCancel(await call)).toBe(true)
    expect([server.hits.length, server.refreshes.length]).toEqual([0, 0])
  })

  it('leaves no listener on a cancel token, nor a timer, after requests that waited', async () => {
    const { api, clock } = await expired({ adapter: 'function' })
    const { token } = axios.CancelToken.source()
    const counted = createCountedSignal()
    let listening = 0
    const { subscribe, unsubscribe } = token
    token.subscribe = (listener) => {
      listening++
      subscribe.call(token, listener)
    }
    token.unsubscribe = (listener) => {
      listening--
      unsubscribe.call(token, listener)
    }
    const timers = clock.timers
    const config = { cancelToken: token, signal: counted.signal, timeout: 60_000 }
    const calls = Promise.all(Array.from({ length: 1000 }, () => api.get('/me', config)))
    await clock.advance(10)
    expect([listening, counted.listening]).toEqual([1000, 1000])
    await clock.advance(1000)
    await calls
    expect([listening, counted.listening]).toEqual([0, 0])
    expect(clock.timers).toBe(timers)
  })
})

const timeouts: [string, AxiosRequestConfig, string, string][] = [
  ['by default', {}, 'ECONNABORTED', 'timeout of 30ms exceeded'],
  [
    'where asked to clarify',
    { transitional: { clarifyTimeoutError: true } },
    'ETIMEDOUT',
    'timeout of 30ms exceeded',
  ],
  ['with a message of the caller', { timeoutErrorMessage: 'too slow' }, 'ECONNABORTED', 'too slow'],
]

describe('axios: timeout', () => {
  it.each(timeouts)('counts while waiting for a refresh, %s', async (_, config, code, message) => {
    const { api, server, clock } = await expired()
    const call = caught(api.get('/me', { timeout: 30, ...config }))
    const other = api.get('/other')
    await clock.advance(30)
    const error = await call
    expect(error).toBeInstanceOf(AxiosError)
    expect(error).toMatchObject({ code, message, config: { url: '/me', timeout: 30 } })
    await clock.advance(1000)
    expect((await other).status).toBe(200)
    expect(server.hits).toHaveLength(1)
  })

  it('counts while waiting for the retry', async () => {
    const { api, server, clock } = await signedIn({ adapter: 'function' })
    server.expireAll()
    const call = caught(api.get('/me', { timeout: 30 }))
    await clock.advance(29)
    expect(server.refreshes).toHaveLength(1)
    await clock.advance(1)
    expect(await call).toMatchObject({ code: 'ECONNABORTED', message: 'timeout of 30ms exceeded' })
    await clock.advance(1000)
    expect(server.hits).toHaveLength(1)
  })

  it('leaves the retry what the first try and the refresh have not used up', async () => {
    const seen: InternalAxiosRequestConfig[] = []
    const arranged = await signedIn({ adapter: 'function' })
    const { server, clock, api } = arranged
    const below = api.defaults.adapter as (config: InternalAxiosRequestConfig) => Promise<never>
    api.defaults.adapter = (config: InternalAxiosRequestConfig) => {
      seen.push(config)
      return below(config)
    }
    server.expireAll()
    const call = api.get('/me', { timeout: 1000 })
    await clock.advance(1000)
    const { config } = await call
    // The first try takes 10 ms, the refresh 50.
    expect(seen.map(({ timeout }) => timeout)).toEqual([1000, 940])
    expect(seen[1]?.timeoutErrorMessage).toBe('timeout of 1000ms exceeded')
    expect(config).toMatchObject({ timeout: 1000 })
    expect(config.timeoutErrorMessage).toBeUndefined()
  })

  it('leaves a request what waiting has not used up', async () => {
    const seen: unknown[] = []
    const { api, clock } = await expired({
      config: {
        async adapter(config) {
          seen.push(config.timeout)
          return { data: '', status: 200, statusText: '', headers: {}, config }
        },
      },
    })
    const call = api.get('/me', { timeout: 1000 })
    await clock.advance(1000)
    await call
    expect(seen).toEqual([950])
  })

  it.each([0, undefined])('does not limit the wait when it is %s', async (timeout) => {
    const { api, server, clock } = await expired({ config: { timeout: 0 } })
    server.refreshDelay = 9000
    const call = api.get('/me', { ...(timeout === 0 && { timeout }) })
    await clock.advance(10_000)
    expect((await call).status).toBe(200)
  })

  it('may be longer than any timer', async () => {
    const { api, clock } = await expired({ adapter: 'function' })
    const call = api.get('/me', { timeout: 2 ** 40 })
    await clock.advance(1000)
    expect((await call).status).toBe(200)
    expect(clock.longestDelay).toBeLessThan(2 ** 31)
  })
})
