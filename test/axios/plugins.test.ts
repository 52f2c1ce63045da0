import axios, { type AxiosInstance } from 'axios'
import { type AxiosCacheInstance, setupCache } from 'axios-cache-interceptor'
import MockAdapter from 'axios-mock-adapter'
import axiosRetry from 'axios-retry'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { attachAxios } from '../../src/clients/axios.ts'
import type { FakeClock } from '../helpers/fake-clock.ts'
import { json, unauthorized } from '../helpers/fake-server.ts'
import { functionAdapter } from '../helpers/function-adapter.ts'
import { createWorld } from '../helpers/world.ts'
import { caught } from './arrange.ts'

const orders = ['before', 'after'] as const

/** An instance with a plugin that is set up before or after the session is attached. */
async function withPlugin<P>(order: (typeof orders)[number], setUp: (api: AxiosInstance) => P) {
  const world = createWorld()
  const { session } = await world.openSignedIn()
  const api = axios.create({ adapter: functionAdapter(world.server), baseURL: 'https://app.test' })
  const early = order === 'before' ? setUp(api) : undefined
  attachAxios(api, session)
  const plugin = early ?? setUp(api)
  return { ...world, session, api, plugin }
}

/** Lets both the session's time and that of the plugins pass. */
async function pass(clock: FakeClock): Promise<void> {
  for (let round = 0; round < 5; round++) {
    await clock.advance(1000)
    await vi.advanceTimersByTimeAsync(1000)
  }
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
})
afterEach(() => {
  vi.useRealTimers()
})

describe.each(orders)('axios-retry set up %s', (order) => {
  it('repeats what is its own, while the expiry in between costs one refresh', async () => {
    const onRetry = vi.fn()
    const { api, server, clock } = await withPlugin(order, (instance) =>
      axiosRetry(instance, { retries: 3, onRetry }),
    )
    const answers = [() => json({}, { status: 503 }), unauthorized, () => json({ ok: true })]
    server.onApi = () => answers[server.hits.length - 1]?.()
    const call = api.put('/items', { a: 1 })
    await pass(clock)
    expect((await call).data).toEqual({ ok: true })
    expect(server.hits.map(({ body }) => body)).toEqual(Array(3).fill('{"a":1}'))
    expect(server.refreshes).toHaveLength(1)
    expect(onRetry).toHaveBeenCalledTimes(1)
  })

  it('never sees the 401 that a refresh cures', async () => {
    const retryCondition = vi.fn(() => true)
    const { api, server, clock } = await withPlugin(order, (instance) =>
      axiosRetry(instance, { retryCondition }),
    )
    server.expireAll()
    const call = api.get('/me')
    await pass(clock)
    expect((await call).status).toBe(200)
    expect(retryCondition).not.toHaveBeenCalled()
    expect(server.hits).toHaveLength(2)
  })

  it('repeats a final 401 as often as it is told to, at no refresh each', async () => {
    const { api, server, clock } = await withPlugin(order, (instance) =>
      axiosRetry(instance, { retries: 2, retryCondition: () => true }),
    )
    server.onApi = unauthorized
    const call = caught(api.get('/me'))
    await pass(clock)
    expect(await call).toHaveProperty('response.status', 401)
    expect(server.hits).toHaveLength(4)
    expect(server.refreshes).toHaveLength(1)
  })
})

describe.each(orders)('axios-mock-adapter set up %s', (order) => {
  it('answers below the session: its 401 is cured', async () => {
    const { api, plugin, server, clock } = await withPlugin(
      order,
      (instance) => new MockAdapter(instance as never),
    )
    plugin.onPost('/items').replyOnce(401).onPost('/items').reply(201, { id: 1 })
    const call = api.post('/items', { a: 1 })
    await pass(clock)
    const response = await call
    expect([response.status, response.data]).toEqual([201, { id: 1 }])
    expect(server.refreshes).toHaveLength(1)
    const sent = plugin.history.post
    expect(sent.map(({ data }) => data)).toEqual(['{"a":1}', '{"a":1}'])
    expect(sent.map(({ headers }) => String(headers?.Authorization).slice(0, 9))).toEqual(
      Array(2).fill('Bearer ey'),
    )
    expect(sent[0]?.headers?.Authorization).not.toBe(sent[1]?.headers?.Authorization)
    expect(response.config.headers.has('Authorization')).toBe(false)
  })

  it('fails as it always did', async () => {
    const { api, plugin, server, clock } = await withPlugin(
      order,
      (instance) => new MockAdapter(instance as never),
    )
    plugin.onGet('/network').networkError().onGet('/timeout').timeout().onGet('/never').reply(403)
    const calls = Promise.all(
      ['/network', '/timeout', '/never', '/unknown'].map((url) => caught(api.get(url))),
    )
    await pass(clock)
    const errors = await calls
    expect(errors).toMatchObject([
      { message: 'Network Error' },
      { code: 'ECONNABORTED' },
      { response: { status: 403 } },
      { response: { status: 404 } },
    ])
    for (const error of errors) expect(JSON.stringify(error)).not.toContain('Bearer')
    expect(server.refreshes).toHaveLength(0)
  })

  it('is gone after its restore', async () => {
    const { api, plugin, server, clock } = await withPlugin(
      order,
      (instance) => new MockAdapter(instance as never),
    )
    plugin.restore()
    const call = api.get('/me')
    await pass(clock)
    expect((await call).status).toBe(200)
    expect(server.hits[0]?.authorization).toMatch(/^Bearer ey/)
  })
})

describe.each(orders)('axios-cache-interceptor set up %s', (order) => {
  const setUp = (api: AxiosInstance) => setupCache(api)
  const get = async (api: AxiosInstance, url: string) => (api as AxiosCacheInstance).get(url)

  it('keeps the answer of the retry, and sends nothing for the next', async () => {
    const { api, server, clock } = await withPlugin(order, setUp)
    server.expireAll()
    const first = get(api, '/me')
    await pass(clock)
    expect(await first).toMatchObject({ status: 200, cached: false })
    const second = get(api, '/me')
    await pass(clock)
    expect(await second).toMatchObject({ status: 200, cached: true, data: (await first).data })
    expect(server.hits).toHaveLength(2)
    expect(server.refreshes).toHaveLength(1)
  })

  it('joins requests that are under way at expiry', async () => {
    const { api, server, clock } = await withPlugin(order, setUp)
    server.expireAll()
    const calls = Promise.all([get(api, '/me'), get(api, '/me'), get(api, '/me')])
    await pass(clock)
    expect((await calls).map(({ status }) => status)).toEqual([200, 200, 200])
    expect(server.hits).toHaveLength(2)
  })

  it('keeps no final 401', async () => {
    const { api, server, clock } = await withPlugin(order, setUp)
    server.onApi = unauthorized
    const first = caught(get(api, '/me'))
    await pass(clock)
    expect(await first).toHaveProperty('response.status', 401)
    server.onApi = undefined
    const second = get(api, '/me')
    await pass(clock)
    expect(await second).toMatchObject({ status: 200, cached: false })
  })
})
