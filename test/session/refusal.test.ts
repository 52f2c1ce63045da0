import { describe, expect, it } from 'vitest'
import { createFetch } from '../../src/clients/fetch.ts'
import type { SessionOptions } from '../../src/session/options.ts'
import { json } from '../helpers/fake-server.ts'
import { track } from '../helpers/track.ts'
import { createWorld } from '../helpers/world.ts'

const hour = 3_600_000

/** The refresh cookie is gone; the access token is still good. */
async function revoked(options: Partial<SessionOptions> = {}) {
  const world = createWorld()
  const opened = await world.openSignedIn(options)
  world.server.cookie = undefined
  return { ...world, ...opened, send: createFetch(opened.session) }
}

describe('a refusal while the token is still good', () => {
  it('keeps it until it expires, asks once more then, and ends the session once', async () => {
    const { server, clock, session, events } = await revoked()
    const end = clock.now().wall + server.lifetime
    await clock.advance(50_000)
    expect(server.refreshes).toHaveLength(1)
    expect(events).toMatchObject([
      { type: 'refresh-started', reason: 'proactive' },
      { type: 'refresh-failed', error: { code: 'ERR_SESSION_ENDED' }, retryAt: end },
    ])
    expect(session.getSnapshot()).toMatchObject({ status: 'authenticated', stale: false, expiresAt: end })
    await clock.advance(hour)
    expect(server.refreshes.map(({ at }) => at)).toEqual([expect.any(Number), end])
    expect(events.slice(2)).toMatchObject([
      { type: 'refresh-started', reason: 'proactive' },
      { type: 'stale' },
      { type: 'ended', reason: 'expired' },
    ])
    expect(session.getSnapshot()).toMatchObject({ status: 'unauthenticated', reason: 'expired' })
  })

  it('is not repeated by a page that wakes up', async () => {
    const { server, clock, page } = await revoked()
    await clock.advance(50_000)
    for (let turn = 0; turn < 50; turn++) {
      page.send('wake')
      await clock.advance(10)
    }
    expect(server.refreshes).toHaveLength(1)
  })

  it('gives those who wait for a fresher token the one that is left', async () => {
    const { server, clock, session } = await revoked()
    await clock.advance(20_000)
    const call = track(session.getAccessToken({ minTtl: 50_000 }))
    await clock.advance(server.refreshDelay)
    expect(call.value).toEqual(expect.stringMatching(/^ey/))
    expect(session.getSnapshot().status).toBe('authenticated')
    expect(server.refreshes).toHaveLength(1)
  })

  it('is forgotten when the next answer is a token', async () => {
    const { server, clock, session, send, events } = await revoked()
    await clock.advance(50_000)
    server.cookie = 'alice'
    await clock.advance(10_000)
    const call = track(send('/api/me'))
    await clock.advance(100)
    expect(call.value?.status).toBe(200)
    expect(session.getSnapshot()).toMatchObject({ status: 'authenticated', error: undefined })
    expect(events.map(({ type }) => type)).not.toContain('ended')
  })
})

describe('a refusal without a token that is good', () => {
  it('ends the session at once after a 401, although the token should have lived on', async () => {
    const { server, clock, session, send, events } = await revoked()
    await clock.advance(10_000)
    server.expireAll()
    const calls = ['/api/1', '/api/2', '/api/3'].map((url) => track(send(url)))
    await clock.advance(1000)
    expect(calls.map(({ value }) => value?.status)).toEqual([401, 401, 401])
    expect(server.refreshes).toHaveLength(1)
    expect(events.map(({ type }) => type)).toEqual(['refresh-started', 'ended'])
    expect(session.getSnapshot()).toMatchObject({ status: 'unauthenticated', reason: 'expired' })
  })

  it('rejects those who had nothing to send, with the reason', async () => {
    const { server, clock, page, send } = await revoked({ refreshMargin: 0 })
    page.isVisible = false
    await clock.advance(server.lifetime)
    const calls = [track(send('/api/1')), track(send('/api/2'))]
    await clock.advance(100)
    expect(calls).toMatchObject(
      Array(2).fill({ state: 'rejected', error: { code: 'ERR_SESSION_ENDED', reason: 'expired' } }),
    )
    expect(server.hits).toHaveLength(0)
  })

  it('of an anonymous visitor lets the requests go as they are', async () => {
    const { server, clock, open } = createWorld()
    server.cookie = undefined
    const { session, events } = open()
    const call = track(createFetch(session)('/public/news'))
    await clock.advance(1000)
    expect(call.value?.status).toBe(200)
    expect(server.hits.map(({ authorization }) => authorization)).toEqual([null])
    expect(events.at(-1)).toEqual({
      type: 'ended',
      reason: 'none',
      message: 'The refresh endpoint answered 401.',
    })
    expect(session.getSnapshot()).toMatchObject({ status: 'unauthenticated', reason: 'none' })
  })

  it('is the last refresh before somebody signs in', async () => {
    const { server, clock, page, session, send, events } = await revoked()
    await clock.advance(hour)
    expect(session.getSnapshot().status).toBe('unauthenticated')
    server.refreshes.length = 0
    events.length = 0
    for (let minute = 0; minute < 60; minute++) {
      const call = track(send('/api/me'))
      page.send('wake')
      page.send('online')
      await clock.advance(60_000)
      expect(call.value?.status).toBe(401)
      expect(await session.getAccessToken()).toBeNull()
    }
    expect(server.refreshes).toHaveLength(0)
    expect(server.hits.every(({ authorization }) => authorization === null)).toBe(true)
    expect(events).toEqual([])

    server.cookie = 'alice'
    await session.signIn(server.issue('alice'))
    await clock.advance(120_000)
    expect(server.refreshes.length).toBeGreaterThan(0)
    expect(session.getSnapshot().status).toBe('authenticated')
  })

  it('ends the session only where the app has said that the status means it', async () => {
    const world = createWorld()
    const { server, clock } = world
    const { session } = await world.openSignedIn({ refresh: { url: '/auth/refresh', refused: [419] } })
    clock.sleep(server.lifetime)
    server.onRefresh = () => json({}, { status: 401 })
    const first = track(session.getAccessToken())
    await clock.advance(1000)
    expect(first).toMatchObject({ state: 'rejected', error: { code: 'ERR_REFRESH_MISCONFIGURED' } })
    server.onRefresh = () => json({}, { status: 419 })
    const second = track(session.getAccessToken())
    await clock.advance(1000)
    expect(second).toMatchObject({ state: 'resolved', value: null })
    expect(session.getSnapshot()).toMatchObject({ status: 'unauthenticated', reason: 'expired' })
  })
})

describe('a failed proactive refresh', () => {
  it.each([
    ['a network failure', () => Promise.reject(new TypeError('Failed to fetch'))],
    ['a 503', () => json({}, { status: 503 })],
    ['a 404', () => json({}, { status: 404 })],
    ['a refusal', () => json({}, { status: 401 })],
    ['silence', () => new Promise<never>(() => {})],
  ])('disturbs no request while the token is good: %s', async (_, fail) => {
    const { server, clock, session, send, events } = await revoked()
    server.cookie = 'alice'
    server.onRefresh = fail
    for (let second = 0; second < 59; second++) {
      const sentAt = clock.now().wall
      const call = track(send('/api/me'))
      await clock.advance(server.delay)
      expect(call.value?.status).toBe(200)
      expect(server.hits.at(-1)?.at).toBe(sentAt)
      await clock.advance(1000 - server.delay)
      expect(session.getSnapshot()).toMatchObject({ status: 'authenticated', stale: false })
    }
    expect(server.refreshes.length).toBeGreaterThan(0)
    expect(events.map(({ type }) => type)).toContain('refresh-failed')
    server.onRefresh = undefined
    await clock.advance(15_000)
    const call = track(send('/api/me'))
    await clock.advance(1000)
    expect(call.value?.status).toBe(200)
  })
})
