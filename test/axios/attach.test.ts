import axios, { type AxiosInstance } from 'axios'
import { describe, expect, it } from 'vitest'
import { attachAxios, createAxios } from '../../src/clients/axios.ts'
import { createFetch } from '../../src/clients/fetch.ts'
import { functionAdapter } from '../helpers/function-adapter.ts'
import { createWorld } from '../helpers/world.ts'
import { caught, expired, signedIn } from './arrange.ts'

/** How many request interceptors an instance runs. */
function interceptorsOf(api: AxiosInstance): number {
  let count = 0
  const { request } = api.interceptors as unknown as { request: { forEach(each: () => void): void } }
  request.forEach(() => {
    count++
  })
  return count
}

describe('axios: attaching', () => {
  it('shares one refresh among several instances and fetch', async () => {
    const { api, session, server, clock, base } = await signedIn()
    const second = createAxios(session, { ...base, adapter: functionAdapter(server) })
    const third = axios.create(base)
    attachAxios(third, session)
    const apiFetch = createFetch(session)
    server.expireAll()
    const calls = Promise.all([api, second, third].flatMap((each) => [each.get('/1'), each.get('/2')]))
    const fetched = Promise.all([apiFetch('/3'), apiFetch('/4')])
    await clock.advance(1000)
    const statuses = [...(await calls), ...(await fetched)].map(({ status }) => status)
    expect(statuses).toEqual(Array(8).fill(200))
    expect(server.refreshes).toHaveLength(1)
    expect(server.hits).toHaveLength(16)
  })

  it('makes real instances, with the defaults they are given', async () => {
    const { session } = createWorld().open()
    const api = createAxios(session, { baseURL: '/api', headers: { 'X-Own': '1' }, timeout: 5 })
    expect(api.defaults).toMatchObject({ baseURL: '/api', timeout: 5 })
    expect(api.getUri({ url: 'me', params: { a: 1 } })).toBe('/api/me?a=1')
    expect(createAxios(session).defaults.baseURL).toBeUndefined()
    expect(interceptorsOf(api)).toBe(1)
  })

  it('leaves an instance as it was after the undo, which may be called twice', async () => {
    const { session, server, clock, base } = await signedIn()
    const api = axios.create({ ...base, adapter: functionAdapter(server) })
    const { adapter } = api.defaults
    const detach = attachAxios(api, session)
    detach()
    detach()
    expect(interceptorsOf(api)).toBe(0)
    expect(api.defaults.adapter).toBe(adapter)
    const call = caught(api.get('/me'))
    await clock.advance(1000)
    expect(await call).toHaveProperty('response.status', 401)
    expect(server.hits.map(({ authorization }) => authorization)).toEqual([null])
    expect(server.refreshes).toHaveLength(0)
  })

  it('lets requests that are under way at the undo end as they began', async () => {
    const { server, clock, session, base } = await expired()
    const api = axios.create(base)
    const detach = attachAxios(api, session)
    const call = api.get('/me')
    await clock.advance(10)
    detach()
    await clock.advance(1000)
    expect((await call).status).toBe(200)
    expect(server.hits).toHaveLength(1)
  })

  it('sends a config again without a token once it is detached', async () => {
    const { server, clock, session, base } = await signedIn()
    const api = axios.create({ ...base, adapter: functionAdapter(server) })
    const detach = attachAxios(api, session)
    const call = api.get('/me')
    await clock.advance(1000)
    const { config } = await call
    detach()
    const again = caught(api.request(config))
    await clock.advance(1000)
    expect(await again).toHaveProperty('response.status', 401)
    expect(server.hits[1]?.authorization).toBeNull()
  })

  it('refreshes and retries once for an instance that is attached twice, and for a config sent again', async () => {
    const { api, session, server, clock } = await signedIn()
    const detach = attachAxios(api, session)
    server.expireAll()
    const call = api.get('/me')
    await clock.advance(1000)
    const { config, status } = await call
    expect(status).toBe(200)
    expect([server.hits.length, server.refreshes.length]).toEqual([2, 1])
    const again = api.request(config)
    await clock.advance(1000)
    const { config: sentAgain } = await again
    expect(sentAgain.adapter).toBe(config.adapter)
    expect(server.hits).toHaveLength(3)
    detach()
    const still = api.get('/me')
    await clock.advance(1000)
    expect((await still).status).toBe(200)
  })

  it('detaches when the session is disposed of, and can be attached to the next one', async () => {
    const { session, server, clock, base, open } = await signedIn()
    const api = axios.create({ ...base, adapter: functionAdapter(server) })
    attachAxios(api, session)
    session.dispose()
    expect(interceptorsOf(api)).toBe(0)
    const bare = caught(api.get('/me'))
    await clock.advance(1000)
    expect(await bare).toHaveProperty('response.status', 401)

    const next = open()
    attachAxios(api, next.session)
    expect(interceptorsOf(api)).toBe(1)
    const call = api.get('/me')
    await clock.advance(1000)
    expect((await call).status).toBe(200)
    expect(server.refreshes).toHaveLength(1)
  })

  it('rejects who waits at the disposal, with the reason', async () => {
    const { api, session, server, clock } = await expired()
    const call = caught(api.get('/me'))
    await clock.advance(10)
    session.dispose()
    expect(await call).toMatchObject({ code: 'ERR_SESSION_ENDED', cause: { reason: 'disposed' } })
    await clock.advance(1000)
    expect(server.hits).toHaveLength(0)
  })

  it.each([undefined, null, {}, () => {}, { interceptors: {} }])(
    'refuses what is no instance: %j',
    (instance) => {
      const { session } = createWorld().open()
      expect(() => attachAxios(instance as never, session)).toThrow(/attachAxios needs an axios instance/)
    },
  )

  it.each([undefined, null, {}])('refuses what is no session: %j', (session) => {
    expect(() => attachAxios(axios.create(), session as never)).toThrow(/this is not a session/)
    expect(() => createAxios(session as never)).toThrow(/this is not a session/)
  })
})
