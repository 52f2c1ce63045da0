import { describe, expect, it } from 'vitest'
import { createAxios, createFetch } from '../../src/index.ts'
import type { AnyEvent } from '../../src/session/events.ts'
import { createTestSession } from '../../src/testing.ts'
import { track } from '../helpers/track.ts'
import { createTransport, noMore, told } from './arrange.ts'

describe('a client of a test session', () => {
  it.each([
    ['test-token', {}],
    ['secret', { accessToken: 'secret' }],
  ])('sends the token %s', async (token, initial) => {
    const { fetch, sent } = createTransport()
    await createFetch(createTestSession(initial), { fetch })('/api/users')
    expect(sent).toEqual([`Bearer ${token}`])
  })

  it.each([{ reason: 'signed_out' }, { accessToken: null }] as const)(
    'sends none for %o',
    async (initial) => {
      const { fetch, sent } = createTransport()
      await createFetch(createTestSession(initial), { fetch })('https://api.example.com/users')
      expect(sent).toEqual([null])
    },
  )

  it('sends none where no header goes', async () => {
    const { fetch, sent } = createTransport()
    await createFetch(createTestSession(), { fetch })('data:text/plain,x')
    expect(sent).toEqual([null])
  })

  it('waits while nothing is known, and is sent with what the test decides', async () => {
    for (const [decision, token] of [
      [{ status: 'authenticated' }, 'Bearer test-token'],
      [{ status: 'unauthenticated' }, null],
      [{ status: 'unauthenticated', reason: 'expired' }, null],
    ] as const) {
      const session = createTestSession({ status: 'loading' })
      const { fetch, sent } = createTransport()
      const request = createFetch(session, { fetch })('/api/users')
      await noMore()
      expect(sent).toEqual([])
      session.set(decision)
      expect((await request).status).toBe(200)
      expect(sent).toEqual([token])
    }
  })

  it('waits while the session is stale, and is rejected when it ends', async () => {
    const session = createTestSession({ stale: true })
    const { fetch, sent } = createTransport()
    const request = track(createFetch(session, { fetch })('/api/users'))
    session.set({ status: 'unauthenticated', reason: 'expired' })
    await noMore()
    expect(request.error).toMatchObject({ code: 'ERR_SESSION_ENDED', reason: 'expired' })
    expect(sent).toEqual([])
  })

  it('gets a 401 as it is, or a retry if the test has set another token meanwhile', async () => {
    const session = createTestSession()
    const { fetch, sent } = createTransport(401, 401, 200)
    const apiFetch = createFetch(session, {
      async fetch(input, init) {
        const answer = await fetch(input, init)
        if (sent.length === 2) session.set({ accessToken: 'newer' })
        return answer
      },
    })
    expect((await apiFetch('/api/users')).status).toBe(401)
    expect(sent).toHaveLength(1)
    expect((await apiFetch('/api/users')).status).toBe(200)
    expect(sent).toEqual(['Bearer test-token', 'Bearer test-token', 'Bearer newer'])
  })

  it('of axios works the same', async () => {
    const session = createTestSession({ status: 'loading' })
    const api = createAxios(session, {
      adapter: async (config) => ({
        data: config.headers.get('Authorization'),
        status: 200,
        statusText: 'OK',
        headers: {},
        config,
      }),
    })
    const request = api.get('/users')
    session.set({ status: 'authenticated' })
    expect((await request).data).toBe('Bearer test-token')
    await session.signOut()
    expect((await api.get('/users')).data).toBeUndefined()
  })

  it('tells of its requests to those who want to hear of them', async () => {
    const session = createTestSession({ status: 'loading' })
    const events: string[] = []
    session.subscribe(({ type }) => events.push(type), { requests: true })
    const request = createFetch(session, { fetch: createTransport().fetch })('/api/users')
    session.set({ status: 'authenticated' })
    await request
    expect(events).toEqual(['request-held', 'refreshed', 'request-sent'])
  })

  it.each([
    [{}, 'just_issued'],
    [{ reason: 'expired' }, 'no_session'],
  ] as const)('tells why a 401 is passed on when the session is %o by then', async (state, why) => {
    const session = createTestSession({ stale: true })
    const events: AnyEvent[] = []
    session.subscribe((event) => events.push(event), { requests: true })
    const apiFetch = createFetch(session, {
      async fetch() {
        session.set(state)
        return new Response(null, { status: 401 })
      },
    })
    const request = apiFetch('/api/users')
    session.set({ stale: false })
    expect((await request).status).toBe(401)
    expect(events[0]).toMatchObject({ type: 'request-held', reason: 'expired' })
    expect(events.at(-1)).toMatchObject({ type: 'request-passed', why })
  })

  it('tells nothing of its requests to all others', async () => {
    const session = createTestSession({ status: 'loading' })
    const events = told(session)
    session.subscribe(() => {}, { requests: true })
    const request = createFetch(session, { fetch: createTransport().fetch })('/api/users')
    session.set({ status: 'authenticated' })
    await request
    expect(events.map(({ type }) => type)).toEqual(['refreshed'])
  })

  it('is let go when the session is disposed of, and those who wait are rejected', async () => {
    const session = createTestSession({ status: 'loading' })
    const events = told(session)
    const { fetch, sent } = createTransport()
    const apiFetch = createFetch(session, { fetch })
    const api = createAxios(session)
    const { handlers } = api.interceptors.request as unknown as { handlers: unknown[] }
    expect(handlers.filter(Boolean)).toHaveLength(1)
    const request = track(apiFetch('/api/users'))
    session.dispose()
    expect(handlers.filter(Boolean)).toEqual([])
    await noMore()
    expect(request.error).toMatchObject({ code: 'ERR_SESSION_ENDED', reason: 'disposed' })
    expect(session.getSnapshot().reason).toBe('disposed')
    session.emit({ type: 'stale' })
    expect(events).toEqual([{ type: 'ended', reason: 'disposed' }])
    await apiFetch('/api/users')
    expect(sent).toEqual([null])
  })
})
