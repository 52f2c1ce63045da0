import { describe, expect, it } from 'vitest'
import { createFetch } from '../../src/clients/fetch.ts'
import type { SessionOptions } from '../../src/session/options.ts'
import { createCountedSignal } from '../helpers/counted-signal.ts'
import { json } from '../helpers/fake-server.ts'
import { track } from '../helpers/track.ts'
import { createWorld } from '../helpers/world.ts'

const csrf = {
  header: 'X-CSRF',
  value: '1',
  renewal: { url: '/csrf-cookie', status: [419] },
} satisfies SessionOptions['csrf']

const refused = () => new Response(null, { status: 419 })

async function arrange(options: Partial<SessionOptions> = {}) {
  const world = createWorld()
  const { session } = await world.openSignedIn({ csrf, ...options })
  return { ...world, session, send: createFetch(session) }
}

describe('the CSRF header of a fetch', () => {
  it('leaves a Request its own', async () => {
    const { send, server, clock } = await arrange()
    const call = send(new Request('https://app.test/api/items', { headers: { 'x-csrf': 'mine' } }))
    await clock.advance(100)
    await call
    expect(server.hits[0]?.headers.get('X-CSRF')).toBe('mine')
  })

  it('is renewed with the cookies, and past any cache', async () => {
    const { send, server, clock } = await arrange()
    server.onApi = ({ url }) => (url.pathname === '/csrf-cookie' ? json({}) : refused())
    const call = send('/api/items')
    await clock.advance(100)
    await call
    const renewal = server.hits.find(({ url }) => url.pathname === '/csrf-cookie')
    expect(renewal).toMatchObject({
      method: 'GET',
      authorization: null,
      init: { credentials: 'include', cache: 'no-store', redirect: 'error' },
    })
  })

  it('is not tried anew with a body that can be read only once', async () => {
    const { send, server, clock } = await arrange()
    server.onApi = refused
    const body = new Blob(['x']).stream()
    const call = send('/api/items', { method: 'POST', body, duplex: 'half' } as RequestInit)
    await clock.advance(100)
    expect((await call).status).toBe(419)
    expect(server.hits).toHaveLength(1)
  })

  it('leaves no listener on the signal of a request that waited for it', async () => {
    const { send, server, clock } = await arrange()
    server.onApi = ({ url }) => (url.pathname === '/csrf-cookie' ? json({}) : refused())
    const counted = createCountedSignal()
    const call = send('/api/items', { signal: counted.signal })
    await clock.advance(100)
    await call
    expect(counted.added).toBeGreaterThan(0)
    expect(counted.listening).toBe(0)
  })

  it('lets excluded URLs go at once, although nobody knows yet who is signed in', async () => {
    const { open, clock, server } = createWorld()
    server.onRefresh = () => new Promise(() => {})
    const { session } = open({ csrf, exclude: ['/public/login'] })
    const call = track(createFetch(session)('/public/login', { method: 'POST' }))
    await clock.advance(100)
    expect(call.state).toBe('resolved')
  })

  it('does not follow a base that has moved to another origin while the request waited', async () => {
    const { send, server, page, clock } = await arrange({ refreshMargin: 0 })
    await clock.advance(server.lifetime)
    const call = send('api/items')
    page.baseUrl = 'https://other.test/'
    await clock.advance(1000)
    await call
    const { headers } = server.hits[0] ?? {}
    expect([headers?.get('X-CSRF'), headers?.get('Authorization')]).toEqual([null, null])
  })
})
