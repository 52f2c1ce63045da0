import { describe, expect, it } from 'vitest'
import { createFetch } from '../../src/clients/fetch.ts'
import { createWorld } from '../helpers/world.ts'

async function signedIn() {
  const world = createWorld()
  const { session } = await world.openSignedIn()
  return { ...world, session, apiFetch: createFetch(session) }
}

/** Sends at the moment of expiry and returns both requests as they arrived, without their tokens. */
async function sentTwice(send: (apiFetch: ReturnType<typeof createFetch>) => Promise<Response>) {
  const { apiFetch, server, clock } = await signedIn()
  server.expireAll()
  const call = send(apiFetch)
  await clock.advance(1000)
  const response = await call
  expect(response.status).toBe(200)
  expect(server.hits).toHaveLength(2)
  expect(server.refreshes).toHaveLength(1)
  const [first, second] = server.hits.map(({ method, url, headers, body }) => {
    const { authorization, ...others } = Object.fromEntries(headers)
    expect(authorization).toMatch(/^Bearer ./)
    return { method, url: url.href, headers: others, body }
  })
  expect(second).toEqual(first)
  return first
}

const absolute = 'https://app.test/api/me?x=1'

describe('fetch: what it takes', () => {
  it.each([
    ['a string', () => absolute],
    ['a relative string', () => '/api/me?x=1'],
    ['a URL', () => new URL(absolute)],
    ['a Request', () => new Request(absolute)],
    ['anything that says its URL when asked', () => ({ toString: () => absolute }) as unknown as string],
  ])('takes %s', async (_, input) => {
    const first = await sentTwice((apiFetch) => apiFetch(input()))
    expect(first).toMatchObject({ method: 'GET', url: absolute })
  })

  it.each([
    ['a record', () => ({ 'X-Own': '1', accept: 'text/csv' })],
    [
      'pairs',
      () =>
        [
          ['X-Own', '1'],
          ['accept', 'text/csv'],
        ] as [string, string][],
    ],
    ['Headers', () => new Headers({ 'X-Own': '1', accept: 'text/csv' })],
  ])('takes headers as %s, and leaves them as they were', async (_, make) => {
    const headers = make()
    const first = await sentTwice((apiFetch) => apiFetch('/api/me', { headers }))
    expect(first?.headers).toMatchObject({ 'x-own': '1', accept: 'text/csv' })
    expect(new Headers(headers).has('Authorization')).toBe(false)
  })

  it('lets an init override a Request, as native fetch does', async () => {
    const request = new Request(absolute, { method: 'PUT', body: 'old', headers: { 'X-Old': '1' } })
    const first = await sentTwice((apiFetch) =>
      apiFetch(request, { method: 'POST', body: 'new', headers: { 'X-New': '1' } }),
    )
    expect(first).toMatchObject({ method: 'POST', body: 'new', headers: { 'x-new': '1' } })
    expect(first?.headers).not.toHaveProperty('x-old')
    expect(request.bodyUsed).toBe(false)
  })

  it('keeps what an init does not override of a Request', async () => {
    const request = new Request(absolute, { method: 'PUT', body: 'old', headers: { 'X-Old': '1' } })
    const first = await sentTwice((apiFetch) => apiFetch(request, { cache: 'no-store' }))
    expect(first).toMatchObject({ method: 'PUT', body: 'old', headers: { 'x-old': '1' } })
  })

  it('takes a Request as init', async () => {
    const init = new Request('https://app.test/other', { method: 'DELETE', headers: { 'X-Own': '1' } })
    const first = await sentTwice((apiFetch) => apiFetch(absolute, init))
    expect(first).toMatchObject({ method: 'DELETE', url: absolute, headers: { 'x-own': '1' } })
  })

  it('leaves alone the Authorization of a Request, and that of an init', async () => {
    const { apiFetch, server, clock } = await signedIn()
    const headers = { Authorization: 'Basic eDp5' }
    const calls = Promise.all([
      apiFetch(new Request(absolute, { headers })),
      apiFetch(new Request(absolute), { headers }),
      apiFetch(absolute, new Request(absolute, { headers })),
      apiFetch(absolute, { headers: [['authorization', 'Basic eDp5']] }),
    ])
    await clock.advance(1000)
    await calls
    expect(server.hits.map(({ authorization }) => authorization)).toEqual(Array(4).fill('Basic eDp5'))
    expect(server.refreshes).toHaveLength(0)
  })

  it('sends its token where an init has replaced the Authorization of a Request by other headers', async () => {
    const request = new Request(absolute, { headers: { Authorization: 'Basic eDp5' } })
    const first = await sentTwice((apiFetch) => apiFetch(request, { headers: { 'X-Own': '1' } }))
    expect(first?.headers).toMatchObject({ 'x-own': '1' })
  })

  it('keeps all that a Request says, at both tries', async () => {
    const { session, server, clock } = await signedIn()
    const seen: Request[] = []
    const apiFetch = createFetch(session, {
      async fetch(input) {
        seen.push(input as Request)
        return server.fetch('/api/me', { headers: (input as Request).headers })
      },
    })
    server.expireAll()
    const make = () =>
      new Request(absolute, {
        method: 'POST',
        body: 'x',
        referrerPolicy: 'origin',
        mode: 'same-origin',
        credentials: 'include',
        cache: 'no-cache',
        redirect: 'manual',
        integrity: 'sha256-x',
        keepalive: true,
      })
    const call = apiFetch(make())
    await clock.advance(1000)
    expect((await call).status).toBe(200)
    expect(seen).toHaveLength(2)
    const facts = ['method', 'mode', 'credentials', 'cache', 'redirect', 'integrity', 'keepalive'] as const
    for (const request of seen) {
      for (const fact of facts) expect(request[fact]).toBe(make()[fact])
      expect(request.referrerPolicy).toBe(new Request(make()).referrerPolicy)
      expect(await request.text()).toBe('x')
    }
  })

  it('hands on all that an init says, at both tries', async () => {
    const { session, server, clock } = await signedIn()
    const seen: RequestInit[] = []
    const apiFetch = createFetch(session, {
      async fetch(input, init = {}) {
        seen.push(init)
        return server.fetch(input, init)
      },
    })
    server.expireAll()
    const given = {
      cache: 'reload',
      keepalive: true,
      priority: 'high',
      next: { revalidate: 1 },
    } as RequestInit
    const call = apiFetch('/api/me', given)
    await clock.advance(1000)
    expect((await call).status).toBe(200)
    expect(seen).toHaveLength(2)
    for (const init of seen) expect(init).toMatchObject(given)
    expect(Object.keys(given)).not.toContain('headers')
  })

  it('uses a Request up as native fetch does: one with a body once, one without as often as wanted', async () => {
    const { apiFetch, server, clock } = await signedIn()
    server.expireAll()
    const withBody = new Request(absolute, { method: 'POST', body: 'x' })
    const without = new Request(absolute)
    const calls = Promise.all([apiFetch(withBody), apiFetch(without)])
    expect([withBody.bodyUsed, without.bodyUsed]).toEqual([true, false])
    await clock.advance(1000)
    await calls
    await expect(apiFetch(withBody)).rejects.toThrow(TypeError)
    const again = apiFetch(without)
    await clock.advance(1000)
    expect((await again).status).toBe(200)
    expect(without.headers.has('Authorization')).toBe(false)
    expect(withBody.headers.has('Authorization')).toBe(false)
  })

  it('lets a clone that was taken before be used afterwards', async () => {
    const { apiFetch, server, clock } = await signedIn()
    server.expireAll()
    const request = new Request(absolute, { method: 'POST', body: 'x' })
    const clone = request.clone()
    const call = apiFetch(request)
    await clock.advance(1000)
    await call
    expect(await clone.text()).toBe('x')
  })

  it('heeds the signal of a Request', async () => {
    const { apiFetch, server, clock } = await signedIn()
    server.expireAll()
    const controller = new AbortController()
    const call = apiFetch(new Request(absolute, { signal: controller.signal })).catch(
      (error: unknown) => error,
    )
    await clock.advance(20)
    const reason = new Error('left')
    controller.abort(reason)
    expect(await call).toBe(reason)
    expect(server.hits).toHaveLength(1)
  })

  it('sends what the headers said at the time of the call', async () => {
    const { apiFetch, server, clock } = await signedIn()
    server.expireAll()
    const headers = new Headers({ 'X-Step': '1' })
    const call = apiFetch('/api/me', { headers })
    headers.set('X-Step', '2')
    await clock.advance(1000)
    await call
    expect(server.hits.map((hit) => hit.headers.get('X-Step'))).toEqual(['1', '1'])
  })
})
