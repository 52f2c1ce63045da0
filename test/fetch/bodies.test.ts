import { describe, expect, it } from 'vitest'
import { createFetch } from '../../src/clients/fetch.ts'
import { unauthorized } from '../helpers/fake-server.ts'
import { createWorld, type World } from '../helpers/world.ts'

async function signedIn() {
  const world = createWorld()
  const { session } = await world.openSignedIn()
  return { ...world, session, apiFetch: createFetch(session) }
}

/** Bodies as they arrived; each form has a boundary of its own. */
function bodiesOf({ server }: Pick<World, 'server'>) {
  return server.hits.map(({ body, headers }) => {
    const type = headers.get('Content-Type')
    const boundary = type?.match(/boundary=(.+)/)?.[1]
    const plain = (text: string | null) => (boundary ? text?.replaceAll(boundary, '***') : text)
    return { body: plain(body), type: plain(type) }
  })
}

const bytes = Uint8Array.from([0x61, 0, 0x7f, 0x0a, 0x62])

function form() {
  const data = new FormData()
  data.append('name', 'Zoë')
  data.append('name', 'twice')
  data.append('file', new File(['a\r\nb'], 'a"b.txt', { type: 'text/plain' }))
  return data
}

const bodies: [string, () => BodyInit][] = [
  ['a string', () => 'Zoë\r\n'],
  ['an empty string', () => ''],
  ['a Blob', () => new Blob(['blob'], { type: 'text/csv' })],
  ['a File', () => new File(['file'], 'x.txt', { type: 'text/plain' })],
  ['a FormData', form],
  ['a URLSearchParams', () => new URLSearchParams('a=1&a=2&b=%20')],
  ['an ArrayBuffer', () => bytes.slice().buffer],
  ['a typed array', () => bytes.subarray(1, 4)],
  ['a DataView', () => new DataView(bytes.buffer, 1, 2)],
]

describe('fetch: bodies', () => {
  it.each(bodies)('sends %s again as it was', async (_, make) => {
    const { apiFetch, server, clock } = await signedIn()
    server.expireAll()
    const call = apiFetch('/api/items', { method: 'POST', body: make() })
    await clock.advance(1000)
    expect((await call).status).toBe(200)
    const [first, second, ...more] = bodiesOf({ server })
    const native = await new Request('https://app.test', { method: 'POST', body: make() }).text()
    if (!(make() instanceof FormData)) expect(first?.body).toBe(native)
    expect(second).toEqual(first)
    expect(more).toEqual([])
  })

  it.each(bodies)('sends a Request with %s again as it was', async (_, make) => {
    const { apiFetch, server, clock } = await signedIn()
    server.expireAll()
    const call = apiFetch(new Request('https://app.test/api/items', { method: 'POST', body: make() }))
    await clock.advance(1000)
    expect((await call).status).toBe(200)
    const [first, second] = bodiesOf({ server })
    expect(second).toEqual(first)
    expect(first?.body).toBe(await new Response(first?.body).text())
  })

  it('sends a form as it was at the time of the call', async () => {
    const { apiFetch, server, clock } = await signedIn()
    server.expireAll()
    const data = form()
    const call = apiFetch('/api/items', { method: 'POST', body: data })
    data.set('name', 'changed')
    data.delete('file')
    await clock.advance(1000)
    await call
    const [first, second] = bodiesOf({ server })
    expect(first?.body).toContain('Zoë')
    expect(second).toEqual(first)
    expect(data.get('name')).toBe('changed')
  })

  it('sends search parameters as they were at the time of the call', async () => {
    const { apiFetch, server, clock } = await signedIn()
    server.expireAll()
    const body = new URLSearchParams('a=1')
    const call = apiFetch('/api/items', { method: 'POST', body })
    body.set('a', '2')
    await clock.advance(1000)
    await call
    expect(server.hits.map((hit) => hit.body)).toEqual(['a=1', 'a=1'])
  })

  it('sends a form that waits for the first refresh as it was at the time of the call', async () => {
    const world = createWorld()
    const { session } = world.open()
    const apiFetch = createFetch(session)
    const body = new URLSearchParams('a=1')
    const call = apiFetch('/api/items', { method: 'POST', body })
    body.set('a', '2')
    await world.clock.advance(1000)
    await call
    expect(world.server.hits.map((hit) => hit.body)).toEqual(['a=1'])
  })

  const streams: [string, () => RequestInit][] = [
    ['a stream', () => ({ body: new Blob(['stream']).stream(), duplex: 'half' }) as RequestInit],
    [
      'an async iterable',
      () => {
        async function* chunks() {
          yield new TextEncoder().encode('stream')
        }
        return { body: chunks() as unknown as BodyInit, duplex: 'half' } as RequestInit
      },
    ],
  ]

  it.each(streams)(
    'sends %s once: the 401 is handed on, and the refresh is there for the next',
    async (...row) => {
      const { apiFetch, server, clock } = await signedIn()
      server.expireAll()
      const call = apiFetch('/api/items', { method: 'POST', ...row[1]() })
      await clock.advance(1000)
      const response = await call
      expect(response.status).toBe(401)
      expect(await response.json()).toEqual({ code: 'token_expired' })
      expect(server.hits.map(({ body }) => body)).toEqual(['stream'])
      expect(server.refreshes).toHaveLength(1)
      const next = apiFetch('/api/next')
      await clock.advance(1000)
      expect((await next).status).toBe(200)
      expect(server.hits).toHaveLength(2)
      expect(server.refreshes).toHaveLength(1)
    },
  )

  it.each(streams)('sends %s once, after the refresh it has waited for', async (_, make) => {
    const world = createWorld()
    const { session } = world.open()
    const call = createFetch(session)('/api/items', { method: 'POST', ...make() })
    await world.clock.advance(1000)
    expect((await call).status).toBe(200)
    expect(world.server.hits.map(({ body }) => body)).toEqual(['stream'])
  })

  it('sends a stream once in a browser that cannot iterate over streams', async () => {
    const { session, clock, server } = await signedIn()
    let sent = 0
    const apiFetch = createFetch(session, {
      async fetch() {
        sent++
        return unauthorized()
      },
    })
    const body = { getReader() {} } as unknown as BodyInit
    const call = apiFetch('/api/items', { method: 'POST', body })
    await clock.advance(1000)
    expect((await call).status).toBe(401)
    expect([sent, server.refreshes.length]).toEqual([1, 1])
  })

  it('sends a stream that overrides the body of a Request once', async () => {
    const { apiFetch, server, clock } = await signedIn()
    server.expireAll()
    const request = new Request('https://app.test/api/items', { method: 'POST', body: 'old' })
    const call = apiFetch(request, streams[0]?.[1]())
    await clock.advance(1000)
    expect((await call).status).toBe(401)
    expect(server.hits.map(({ body }) => body)).toEqual(['stream'])
  })

  it('lets nobody hear of a refresh that fails for a body that cannot be sent again', async () => {
    const { apiFetch, server, clock } = await signedIn()
    server.expireAll()
    server.onRefresh = () => Promise.reject(new TypeError('Failed to fetch'))
    const call = apiFetch('/api/items', { method: 'POST', ...streams[0]?.[1]() })
    await clock.advance(60_000)
    expect((await call).status).toBe(401)
  })

  it('cancels the body of the 401 that nobody sees, and no other', async () => {
    const { apiFetch, server, clock } = await signedIn()
    const cancelled: number[] = []
    const withBody = (status: number) =>
      new Response(new ReadableStream({ cancel: () => void cancelled.push(status) }), { status })
    server.onApi = () => withBody(server.hits.length === 1 ? 401 : 200)
    const call = apiFetch('/api/me')
    await clock.advance(1000)
    const response = await call
    expect(response.status).toBe(200)
    expect(response.bodyUsed).toBe(false)
    expect(cancelled).toEqual([401])
  })

  it('leaves the body of a 401 that is handed on to the caller', async () => {
    const { apiFetch, server, clock } = await signedIn()
    server.onApi = unauthorized
    server.onRefresh = () => new Response(null, { status: 401 })
    const call = apiFetch('/api/me')
    await clock.advance(1000)
    expect(await (await call).json()).toEqual({ code: 'token_expired' })
  })
})
