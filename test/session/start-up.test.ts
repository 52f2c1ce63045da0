import { describe, expect, it } from 'vitest'
import { createFetch } from '../../src/clients/fetch.ts'
import { json } from '../helpers/fake-server.ts'
import { track } from '../helpers/track.ts'
import { createWorld } from '../helpers/world.ts'

describe('a page that starts', () => {
  it('holds the requests begun while loading for one refresh, and sends each once', async () => {
    const { server, clock, open } = createWorld()
    const { session, events } = open()
    const send = createFetch(session)
    const first = [track(send('/api/1')), track(session.getAccessToken())]
    await clock.advance(20)
    const second = [track(send('/api/2')), track(send('/api/3'))]
    expect(server.hits).toHaveLength(0)
    expect(session.getSnapshot()).toMatchObject({ status: 'loading', refreshing: true })
    await clock.advance(server.refreshDelay + server.delay)
    expect([...first, ...second].map(({ state }) => state)).toEqual(Array(4).fill('resolved'))
    expect(server.refreshes).toHaveLength(1)
    expect(server.hits.map(({ url }) => url.pathname)).toEqual(['/api/1', '/api/2', '/api/3'])
    expect(new Set(server.hits.map(({ authorization }) => authorization)).size).toBe(1)
    expect(server.hits[0]?.authorization).toMatch(/^Bearer ey/)
    expect(events).toMatchObject([
      { type: 'refresh-started', reason: 'startup' },
      { type: 'refreshed', reason: 'startup', waiting: 4 },
    ])
  })

  it('asks for its session although nobody waits', async () => {
    const { server, clock, open } = createWorld()
    const { session } = open()
    expect(server.refreshes).toHaveLength(0)
    await clock.advance(server.refreshDelay)
    expect(server.refreshes).toHaveLength(1)
    expect(session.getSnapshot()).toMatchObject({ status: 'authenticated', refreshing: false })
  })

  it('in the background asks as well, and serves the requests that need a token', async () => {
    const { server, clock, page, open } = createWorld()
    page.isVisible = false
    const { session } = open()
    const call = track(createFetch(session)('/api/me'))
    await clock.advance(server.refreshDelay + server.delay)
    expect(call.value?.status).toBe(200)
    expect(server.refreshes).toHaveLength(1)
  })

  it('in the background, after a failure, asks again only for a request', async () => {
    const { server, clock, page, open } = createWorld()
    page.isVisible = false
    server.onRefresh = () => json({}, { status: 503 })
    const { session } = open()
    await clock.advance(600_000)
    expect(server.refreshes).toHaveLength(1)
    server.onRefresh = undefined
    const call = track(createFetch(session)('/api/me'))
    await clock.advance(1000)
    expect(call.value?.status).toBe(200)
    expect(server.refreshes).toHaveLength(2)
  })
})

describe('an anonymous visitor', () => {
  it('costs one refresh in all; requests are then sent without a token, and a 401 is passed on', async () => {
    const { server, clock, page, open } = createWorld()
    server.cookie = undefined
    const { session, events } = open()
    const send = createFetch(session)
    const early = [track(send('/public/1')), track(send('/api/1'))]
    await clock.advance(1000)
    const late = [track(send('/public/2')), track(send('/api/2'))]
    await clock.advance(600_000)
    page.send('wake')
    page.send('online')
    await clock.advance(600_000)
    expect([...early, ...late].map(({ value }) => value?.status)).toEqual([200, 401, 200, 401])
    expect(server.hits.map(({ authorization }) => authorization)).toEqual(Array(4).fill(null))
    expect(server.refreshes).toHaveLength(1)
    expect(events.map(({ type }) => type)).toEqual(['refresh-started', 'ended'])
    expect(session.getSnapshot()).toMatchObject({ status: 'unauthenticated', reason: 'none' })
    expect(await session.getAccessToken()).toBeNull()
  })

  it('costs no refresh at all where the app knows better', async () => {
    const { server, clock, open } = createWorld()
    server.cookie = undefined
    const { session, events } = open({ hasSession: () => false })
    expect(session.getSnapshot()).toMatchObject({ status: 'unauthenticated', reason: 'none' })
    const call = track(createFetch(session)('/api/me'))
    await clock.advance(600_000)
    expect(call.value?.status).toBe(401)
    expect(server.refreshes).toHaveLength(0)
    expect(events).toEqual([])
  })

  it('may sign in later all the same', async () => {
    const { server, clock, open } = createWorld()
    const { session } = open({ hasSession: () => false })
    await session.signIn(server.issue('alice'))
    const call = track(createFetch(session)('/api/me'))
    await clock.advance(server.delay)
    expect(call.value?.status).toBe(200)
    expect(server.refreshes).toHaveLength(0)
  })

  it('is not presumed where the app says that there may be a session', async () => {
    const { server, clock, open } = createWorld()
    const { session } = open({ hasSession: () => true })
    await clock.advance(server.refreshDelay)
    expect(session.getSnapshot().status).toBe('authenticated')
  })
})

describe.each([
  ['fails', () => Promise.reject(new TypeError('Failed to fetch'))],
  ['answers 503', () => json({}, { status: 503 })],
  ['answers 429', () => json({}, { status: 429 })],
])('a page that starts while the refresh endpoint %s', (_, fail) => {
  it('goes on loading, and recovers by itself', async () => {
    const { server, clock, open } = createWorld()
    server.onRefresh = fail
    const { session, events } = open()
    await clock.advance(server.refreshDelay)
    expect(session.getSnapshot()).toMatchObject({
      status: 'loading',
      stale: false,
      refreshing: false,
      error: { code: 'ERR_REFRESH_UNAVAILABLE' },
    })
    await clock.advance(600_000)
    expect(server.refreshes.length).toBeGreaterThan(10)
    expect(server.refreshes.length).toBeLessThan(40)
    expect(session.getSnapshot().status).toBe('loading')
    server.onRefresh = undefined
    await clock.advance(60_000)
    expect(session.getSnapshot()).toMatchObject({ status: 'authenticated', error: undefined })
    expect(events.map(({ type }) => type)).not.toContain('ended')
  })

  it('serves a request once it answers again', async () => {
    const { server, clock, open } = createWorld()
    server.onRefresh = fail
    const { session } = open()
    const send = createFetch(session)
    const early = track(send('/api/1'))
    await clock.advance(400)
    server.onRefresh = undefined
    const late = track(send('/api/2'))
    await clock.advance(1000)
    expect([early.value?.status, late.value?.status]).toEqual([200, 200])
    expect(server.refreshes).toHaveLength(2)
    expect(server.hits).toHaveLength(2)
  })

  it('rejects a request whose patience is over, and goes on loading', async () => {
    const { server, clock, open } = createWorld()
    server.onRefresh = fail
    const { session } = open()
    const call = track(createFetch(session)('/api/me'))
    await clock.advance(15_000)
    expect(call).toMatchObject({ state: 'rejected', error: { code: 'ERR_REFRESH_UNAVAILABLE' } })
    expect(server.hits).toHaveLength(0)
    expect(session.getSnapshot().status).toBe('loading')
  })
})

describe('a page that starts with a wrong refresh URL', () => {
  it('says so loudly, ends no session and does not loop', async () => {
    const { server, clock, open } = createWorld()
    server.onRefresh = () => json({}, { status: 404 })
    const { session, events } = open()
    const send = createFetch(session)
    const call = track(send('/api/1'))
    await clock.advance(600_000)
    expect(call).toMatchObject({
      state: 'rejected',
      error: { code: 'ERR_REFRESH_MISCONFIGURED', status: 404 },
    })
    expect(server.refreshes).toHaveLength(1)
    expect(session.getSnapshot()).toMatchObject({
      status: 'loading',
      error: { code: 'ERR_REFRESH_MISCONFIGURED' },
    })
    expect(events.map(({ type }) => type)).toEqual(['refresh-started', 'refresh-failed'])
  })

  it('recovers with the next request once it is right', async () => {
    const { server, clock, open } = createWorld()
    server.onRefresh = () => json({}, { status: 404 })
    const { session } = open()
    await clock.advance(10_000)
    server.onRefresh = undefined
    const call = track(createFetch(session)('/api/me'))
    await clock.advance(1000)
    expect(call.value?.status).toBe(200)
  })
})

describe('in the same breath as its creation', () => {
  it('a sign-in takes the place of the first refresh', async () => {
    const { server, clock, open } = createWorld()
    const { session, events } = open()
    const signIn = session.signIn(server.issue('alice'))
    const call = track(createFetch(session)('/api/me'))
    await signIn
    await clock.advance(1000)
    expect(call.value?.status).toBe(200)
    expect(server.refreshes).toHaveLength(0)
    expect(events.map(({ type }) => type)).toEqual(['signed-in'])
  })

  it('so does a login call', async () => {
    const { server, clock, open } = createWorld()
    const { session } = open()
    const signIn = track(session.signIn(async () => server.issue('alice')))
    await clock.advance(1000)
    expect(signIn.state).toBe('resolved')
    expect(server.refreshes).toHaveLength(0)
    expect(session.getSnapshot().status).toBe('authenticated')
  })

  it('a wrong password leaves the first refresh to be made', async () => {
    const { server, clock, open } = createWorld()
    const { session } = open()
    const signIn = track(session.signIn(() => Promise.reject(new Error('wrong password'))))
    await clock.advance(1000)
    expect(signIn.state).toBe('rejected')
    expect(server.refreshes).toHaveLength(1)
    expect(session.getSnapshot().status).toBe('authenticated')
  })

  it('a sign-out takes its place', async () => {
    const { server, clock, open } = createWorld()
    const { session } = open()
    const signOut = track(session.signOut())
    await clock.advance(1000)
    expect(signOut.state).toBe('resolved')
    expect([server.refreshes.length, server.signOuts.length, server.cookie]).toEqual([0, 1, undefined])
    expect(session.getSnapshot()).toMatchObject({ status: 'unauthenticated', reason: 'signed_out' })
  })

  it('dispose prevents it', async () => {
    const { server, clock, open } = createWorld()
    const { session } = open()
    session.dispose()
    await clock.advance(600_000)
    expect(server.refreshes).toHaveLength(0)
    expect(clock.timers).toBe(0)
  })
})
