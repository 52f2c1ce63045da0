import { describe, expect, it } from 'vitest'
import { createFetch } from '../../src/clients/fetch.ts'
import type { SessionOptions } from '../../src/session/options.ts'
import { type FakeServer, json } from '../helpers/fake-server.ts'
import { track } from '../helpers/track.ts'
import { createWorld } from '../helpers/world.ts'

/** Signed in, and the token has run out unnoticed. */
async function expired(options: Partial<SessionOptions> = {}) {
  const world = createWorld()
  const opened = await world.openSignedIn(options)
  world.clock.sleep(world.server.lifetime)
  return { ...world, ...opened, send: createFetch(opened.session) }
}

/** The first refreshes hang until the test lets one of them answer. */
function hangFirst(server: FakeServer, count: number) {
  const answers: ((response: Response) => void)[] = []
  server.onRefresh = () =>
    server.refreshes.length > count
      ? undefined
      : new Promise<Response>((resolve) => {
          answers.push(resolve)
        })
  return answers
}

const tokenOf = (server: FakeServer) => server.hits.at(-1)?.authorization

describe('a refresh that never answers', () => {
  it('keeps nobody beyond the deadline, and the session goes on', async () => {
    const { server, clock, session, send, events } = await expired()
    hangFirst(server, Infinity)
    const calls = [track(send('/api/1')), track(session.getAccessToken())]
    await clock.advance(14_999)
    expect(calls.map(({ state }) => state)).toEqual(['pending', 'pending'])
    await clock.advance(1)
    expect(calls).toMatchObject(
      Array(2).fill({ state: 'rejected', error: { code: 'ERR_REFRESH_UNAVAILABLE' } }),
    )
    expect(session.getSnapshot()).toMatchObject({ status: 'authenticated', stale: true })
    expect(events.map(({ type }) => type)).not.toContain('ended')
  })

  it('is given up on after refreshTimeout', async () => {
    const { server, clock, send, events } = await expired({ refreshTimeout: 3000 })
    hangFirst(server, 1)
    const call = track(send('/api/me'))
    await clock.advance(2999)
    expect(events.map(({ type }) => type)).toEqual(['refresh-started'])
    await clock.advance(1)
    expect(events.at(1)).toMatchObject({
      type: 'refresh-failed',
      error: { code: 'ERR_REFRESH_UNAVAILABLE', message: expect.stringContaining('in time') },
    })
    await clock.advance(600)
    expect(call.value?.status).toBe(200)
  })

  it.each([1, 2, 3])('does not delay a later one: after %i of them', async (count) => {
    const { server, clock, send } = await expired({ refreshTimeout: 1000 })
    hangFirst(server, count)
    const call = track(send('/api/me'))
    await clock.advance(1000 * count + 500 * (2 ** count - 1))
    expect(server.refreshes).toHaveLength(count + 1)
    await clock.advance(server.refreshDelay + server.delay)
    expect(call.value?.status).toBe(200)
  })

  it('does not delay the refresh that the app insists on, nor those after it', async () => {
    const { server, clock, session } = await expired({ refreshTimeout: 1000 })
    hangFirst(server, 1)
    track(session.refresh())
    await clock.advance(1000)
    for (let turn = 0; turn < 5; turn++) {
      const refresh = track(session.refresh())
      await clock.advance(server.refreshDelay)
      expect(refresh.state).toBe('resolved')
    }
    expect(server.refreshes).toHaveLength(6)
  })

  it('is not refreshed beside: there is one attempt at a time', async () => {
    const { server, clock, session, send } = await expired()
    hangFirst(server, 1)
    track(send('/api/1'))
    await clock.advance(1000)
    track(send('/api/2'))
    track(session.refresh())
    track(session.getAccessToken({ minTtl: 1000 }))
    await clock.advance(6000)
    expect(server.refreshes).toHaveLength(1)
  })
})

describe('a refresh that waits for its turn behind another call', () => {
  it('counts the life of its token from when it was sent', async () => {
    const { server, clock, session } = await expired()
    server.delay = 5000
    server.onRefresh = () => json(server.issue('alice'))
    track(session.signOut())
    const refresh = track(session.refresh())
    await clock.advance(6000)
    expect(refresh.state).toBe('resolved')
    const sentAt = server.refreshes[0]?.at ?? NaN
    expect(sentAt).toBeGreaterThanOrEqual((server.signOuts[0]?.at ?? NaN) + 5000)
    expect(session.getSnapshot().expiresAt).toBe(sentAt + server.lifetime)
  })
})

describe('an answer that comes after its timeout', () => {
  it('is taken if it is a token', async () => {
    const { server, clock, session, send, events } = await expired({ refreshTimeout: 1000 })
    const [answer] = [hangFirst(server, Infinity)]
    const call = track(send('/api/me'))
    await clock.advance(1200)
    expect(session.getSnapshot()).toMatchObject({ stale: true, refreshing: false })
    answer[0]?.(json(server.issue('alice')))
    await clock.advance(server.refreshDelay + server.delay)
    expect(call.value?.status).toBe(200)
    expect(session.getSnapshot()).toMatchObject({ stale: false, error: undefined, refreshing: false })
    expect(events.at(-1)).toMatchObject({ type: 'refreshed' })
    await clock.advance(5000)
    expect(server.refreshes).toHaveLength(1)
  })

  it('lives from the beginning of its own request', async () => {
    const { server, clock, session } = await expired({ refreshTimeout: 1000 })
    const answers = hangFirst(server, 1)
    server.refreshDelay = 0
    track(session.refresh())
    const startedAt = clock.now().wall
    await clock.advance(1400)
    answers[0]?.(json(server.issue('alice')))
    await clock.advance(0)
    expect(session.getSnapshot().expiresAt).toBe(startedAt + server.lifetime)
  })

  it.each([
    ['a refusal', () => json({}, { status: 401 })],
    ['a 503', () => json({}, { status: 503 })],
    ['a web page', () => new Response('<html>', { headers: { 'Content-Type': 'text/html' } })],
  ])('is no news if it is %s', async (_, answer) => {
    const { server, clock, session, send, events } = await expired({ refreshTimeout: 1000 })
    const answers = hangFirst(server, 1)
    track(send('/api/1'))
    await clock.advance(1200)
    answers[0]?.(answer())
    await clock.advance(server.refreshDelay)
    expect(events.map(({ type }) => type)).toEqual(['refresh-started', 'refresh-failed', 'stale'])
    const call = track(send('/api/2'))
    await clock.advance(1000)
    expect(call.value?.status).toBe(200)
    expect(session.getSnapshot()).toMatchObject({ status: 'authenticated', stale: false })
  })

  it('does not replace the token of a newer refresh', async () => {
    const { server, clock, session, send, events } = await expired({ refreshTimeout: 1000 })
    const answers = hangFirst(server, 1)
    const early = server.issue('alice')
    track(send('/api/1'))
    await clock.advance(3000)
    const newer = tokenOf(server)
    const told = events.length
    const before = session.getSnapshot()
    answers[0]?.(json(early))
    await clock.advance(server.refreshDelay)
    track(send('/api/2'))
    await clock.advance(1000)
    expect(tokenOf(server)).toBe(newer)
    expect(newer).not.toContain(early.access_token)
    expect(events).toHaveLength(told)
    expect(session.getSnapshot()).toBe(before)
  })

  it('is taken while a newer refresh is under way, and then gives way to the answer of that one', async () => {
    const { server, clock, session, send } = await expired({ refreshTimeout: 1000 })
    const answers = hangFirst(server, 2)
    const [early, late] = [server.issue('alice'), server.issue('alice')]
    track(send('/api/1'))
    await clock.advance(1600)
    expect(answers).toHaveLength(2)
    answers[0]?.(json(early))
    await clock.advance(100)
    expect(tokenOf(server)).toContain(early.access_token)
    expect(session.getSnapshot()).toMatchObject({ stale: false, refreshing: true })
    answers[1]?.(json(late))
    await clock.advance(100)
    track(send('/api/2'))
    await clock.advance(100)
    expect(tokenOf(server)).toContain(late.access_token)
    expect(session.getSnapshot().refreshing).toBe(false)
  })

  it('makes the next one needless that still waits for the one of another tab', async () => {
    const { server, clock, session, newTab } = await expired({ refreshTimeout: 3000 })
    const answers = hangFirst(server, 2)
    track(session.refresh())
    await clock.advance(100)
    const other = newTab().open({ refreshTimeout: 3000 })
    await clock.advance(3000)
    track(other.session.refresh())
    await clock.advance(100)
    expect(answers).toHaveLength(2)
    const waiting = track(session.refresh())
    await clock.advance(100)
    const late = server.issue('alice')
    answers[0]?.(json(late))
    await clock.advance(10_000)
    expect(waiting.value).toBe(late.access_token)
    expect(session.getSnapshot().refreshing).toBe(false)
    expect(await other.session.getAccessToken()).toBe(late.access_token)
    expect(server.refreshes).toHaveLength(2)
  })

  it('brings nobody back who has signed out meanwhile', async () => {
    const { server, clock, session } = await expired({ refreshTimeout: 1000 })
    const answers = hangFirst(server, 1)
    track(session.refresh())
    await clock.advance(1200)
    track(session.signOut())
    await clock.advance(0)
    answers[0]?.(json(server.issue('alice')))
    await clock.advance(60_000)
    expect(session.getSnapshot()).toMatchObject({ status: 'unauthenticated', reason: 'signed_out' })
    expect(await session.getAccessToken()).toBeNull()
  })
})
