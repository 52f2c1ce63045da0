import { describe, expect, expectTypeOf, it } from 'vitest'
import { createFetch, type SilentFetch } from '../../src/clients/fetch.ts'
import { json } from '../helpers/fake-server.ts'
import { createWorld } from '../helpers/world.ts'

async function signedIn() {
  const world = createWorld()
  const { session } = await world.openSignedIn()
  return { ...world, session, apiFetch: createFetch(session) }
}

/** Native fetch, as far as the making of its request goes. */
const native = async (input: RequestInfo | URL, init?: RequestInit) => {
  new Request(input, init)
  return json(1)
}

const bad: [string, RequestInfo | URL, RequestInit?][] = [
  ['a URL that cannot be parsed', 'https://'],
  ['a URL with credentials', 'https://user:pass@app.test/'],
  ['a method that is none', 'https://app.test/', { method: 'G E T' }],
  ['a forbidden method', 'https://app.test/', { method: 'TRACE' }],
  ['a header name that is none', 'https://app.test/', { headers: { 'a b': 'c' } }],
  ['a header value that is none', 'https://app.test/', { headers: { a: 'b\nc\0' } }],
  ['headers that are null', 'https://app.test/', { headers: null as unknown as HeadersInit }],
  ['a body with GET', 'https://app.test/', { body: 'x' }],
  ['a signal that is none', 'https://app.test/', { signal: {} as AbortSignal }],
  ['an init that is none', 'https://app.test/', 'GET' as RequestInit],
  ['a Request whose body is used up', usedUp()],
]

function usedUp(): Request {
  const request = new Request('https://app.test/', { method: 'POST', body: 'x' })
  void request.text()
  return request
}

describe('fetch: a drop-in', () => {
  it('is assignable to native fetch, and callable as such', () => {
    const apiFetch = createFetch(createWorld().open().session)
    expectTypeOf(apiFetch).toExtend<typeof fetch>()
    expectTypeOf(apiFetch).toEqualTypeOf<SilentFetch>()
    expectTypeOf(apiFetch).parameter(1).toExtend<RequestInit | undefined>()
  })

  it.each(bad)('rejects %s with a TypeError, as native fetch does, and throws nothing', async (...row) => {
    const [, input, init] = row
    await expect(native(input, init)).rejects.toThrow(TypeError)
    const { session, clock, server } = await signedIn()
    const call = createFetch(session, { fetch: native })(input, init).catch((error: unknown) => error)
    await clock.advance(1000)
    expect(await call).toBeInstanceOf(TypeError)
    expect(server.refreshes).toHaveLength(0)
  })

  it.each([null, undefined])('takes an init that is %s', async (init) => {
    const { apiFetch, clock } = await signedIn()
    const call = apiFetch('/api/me', init as RequestInit | undefined)
    await clock.advance(1000)
    expect((await call).status).toBe(200)
  })

  it('sends by the fetch it is given, also what is sent as it is and the retry', async () => {
    const { session, server, clock } = await signedIn()
    const sent: string[] = []
    const apiFetch = createFetch(session, {
      fetch(input, init) {
        sent.push(String(input))
        return server.fetch(input, init)
      },
    })
    server.expireAll()
    const calls = Promise.all([
      apiFetch('/api/1'),
      apiFetch('/api/2', { skipAuth: true }),
      apiFetch('https://x.test/'),
    ])
    await clock.advance(1000)
    await calls
    expect(sent.sort()).toEqual(['/api/1', '/api/1', '/api/2', 'https://x.test/'])
  })

  it('hands a foreign request on untouched', async () => {
    const { session } = await signedIn()
    const seen: unknown[] = []
    const apiFetch = createFetch(session, {
      async fetch(...parameters) {
        seen.push(...parameters)
        return json(1)
      },
    })
    const input = new URL('https://x.test/')
    const init = { method: 'POST', body: 'x' }
    await apiFetch(input, init)
    expect(seen[0]).toBe(input)
    expect(seen[1]).toBe(init)
  })

  it('looks its default transport up at each call', async () => {
    const { session, server, clock } = await signedIn()
    const apiFetch = createFetch(session, { fetch: undefined })
    const call = apiFetch('/api/me')
    await clock.advance(1000)
    expect((await call).status).toBe(200)
    expect(server.hits).toHaveLength(1)
  })

  it.each(['fetch', {}, 1])('refuses a transport that is no function: %j', (transport) => {
    const { session } = createWorld().open()
    expect(() => createFetch(session, { fetch: transport as never })).toThrow(
      /option "fetch" must be a function/,
    )
  })

  it.each([undefined, null, {}, () => {}])('refuses what is no session: %j', (session) => {
    expect(() => createFetch(session as never)).toThrow(/this is not a session/)
  })

  it('hands on a synchronous throw of the transport as a rejection', async () => {
    const { session, clock } = await signedIn()
    const failure = new Error('broken transport')
    const apiFetch = createFetch(session, {
      fetch() {
        throw failure
      },
    })
    const calls = ['/api/me', 'https://x.test/'].map((url) => apiFetch(url).catch((error: unknown) => error))
    await clock.advance(1000)
    expect(await Promise.all(calls)).toEqual([failure, failure])
  })

  it('asks a custom transport for nothing but fetch, and calls it without a receiver', async () => {
    const { session, clock, server } = await signedIn()
    const receivers: unknown[] = []
    const options = {
      fetch(this: unknown, input: RequestInfo | URL, init?: RequestInit) {
        receivers.push(this)
        return server.fetch(input, init)
      },
    }
    const call = createFetch(session, options)('/api/me')
    await clock.advance(1000)
    await call
    expect(receivers).toEqual([undefined])
  })
})
