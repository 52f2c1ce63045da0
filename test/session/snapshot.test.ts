import { describe, expect, it } from 'vitest'
import type { SessionEvent } from '../../src/session/events.ts'
import type { Session } from '../../src/session/session.ts'
import type { SessionSnapshot } from '../../src/session/snapshot.ts'
import { json } from '../helpers/fake-server.ts'
import { track } from '../helpers/track.ts'
import { createWorld } from '../helpers/world.ts'
import { alice } from './arrange.ts'

/** What a user interface would show: the snapshot at each event. */
function watch(session: Session) {
  const seen: SessionSnapshot[] = []
  session.subscribe(() => seen.push(session.getSnapshot()))
  return seen
}

const unavailable = () => json({}, { status: 503 })

describe('the snapshot', () => {
  it('is the same object while nothing changes, and frozen', async () => {
    const { clock, session, send } = await alice()
    const before = session.getSnapshot()
    expect(Object.isFrozen(before)).toBe(true)
    const call = track(send('/api/me'))
    await clock.advance(30_000)
    await session.getAccessToken()
    expect(call.value?.status).toBe(200)
    expect(session.getSnapshot()).toBe(before)
  })

  it('is another object after a change, and the old one is as it was', async () => {
    const { session } = await alice()
    const before = session.getSnapshot()
    const copy = { ...before }
    track(session.signOut())
    expect(session.getSnapshot()).not.toBe(before)
    expect(before).toEqual(copy)
  })

  it('shows a whole life', async () => {
    const { server, clock, open } = createWorld()
    const { session } = open()
    const seen = watch(session)
    const quiet = {
      stale: false,
      expiresAt: undefined,
      reason: undefined,
      error: undefined,
      coordination: 'full',
    }
    expect(session.getSnapshot()).toEqual({ ...quiet, status: 'loading', refreshing: false })
    await clock.advance(100)
    const expiresAt = clock.now().wall - 100 + server.lifetime
    const signedIn = { ...quiet, status: 'authenticated', expiresAt }
    track(session.refresh())
    await clock.advance(100)
    track(session.signOut())
    await clock.advance(100)
    expect(seen).toEqual([
      { ...quiet, status: 'loading', refreshing: true },
      { ...signedIn, refreshing: false },
      { ...signedIn, refreshing: true },
      { ...signedIn, refreshing: false, expiresAt: expiresAt + 100 },
      { ...quiet, status: 'unauthenticated', refreshing: false, reason: 'signed_out' },
    ])
  })

  it.each([
    [
      'none',
      async () => {
        const world = createWorld()
        world.server.cookie = undefined
        const { session } = world.open()
        await world.clock.advance(1000)
        return session
      },
    ],
    [
      'expired',
      async () => {
        const { server, clock, session } = await alice()
        server.cookie = undefined
        await clock.advance(60_000 + 1000)
        return session
      },
    ],
    [
      'signed_out',
      async () => {
        const { clock, session } = await alice()
        track(session.signOut())
        await clock.advance(1000)
        return session
      },
    ],
    [
      'replaced',
      async () => {
        const { server, clock, session } = await alice()
        server.cookie = 'bob'
        track(session.refresh())
        await clock.advance(1000)
        return session
      },
    ],
    [
      'disposed',
      async () => {
        const { session } = await alice()
        session.dispose()
        return session
      },
    ],
  ] as const)('says why it is over: %s', async (reason, live) => {
    const session = await live()
    expect(session.getSnapshot()).toEqual({
      status: 'unauthenticated',
      stale: false,
      refreshing: false,
      expiresAt: undefined,
      reason,
      error: undefined,
      coordination: 'full',
    })
  })

  it('says no more why the last one was over once somebody has signed in', async () => {
    const { server, clock, session } = await alice()
    track(session.signOut())
    await clock.advance(1000)
    await session.signIn(server.issue('bob'))
    expect(session.getSnapshot()).toMatchObject({ status: 'authenticated', reason: undefined })
  })

  it('is stale only once the token has really expired and a refresh has failed; a success clears it', async () => {
    const { server, clock, session } = await alice()
    server.onRefresh = unavailable
    await clock.advance(59_000)
    expect(server.refreshes.length).toBeGreaterThan(0)
    expect(session.getSnapshot()).toMatchObject({
      status: 'authenticated',
      stale: false,
      error: { code: 'ERR_REFRESH_UNAVAILABLE' },
    })
    await clock.advance(61_000)
    expect(session.getSnapshot()).toMatchObject({ status: 'authenticated', stale: true })
    server.onRefresh = undefined
    await clock.advance(60_000)
    expect(session.getSnapshot()).toMatchObject({ status: 'authenticated', stale: false, error: undefined })
  })

  it('is not stale while the first refresh after a long sleep is still under way', async () => {
    const { server, clock, page, session } = await alice()
    clock.sleep(server.lifetime * 10)
    page.send('wake')
    await clock.advance(10)
    expect(session.getSnapshot()).toMatchObject({ status: 'authenticated', stale: false, refreshing: true })
  })

  it('loses its error with a sign-in and with a sign-out', async () => {
    const { server, clock, session } = await alice()
    server.onRefresh = unavailable
    for (const act of [() => session.signIn(server.issue('alice')), () => session.signOut()]) {
      track(session.refresh())
      await clock.advance(100)
      expect(session.getSnapshot().error).toMatchObject({ code: 'ERR_REFRESH_UNAVAILABLE' })
      track<unknown>(act())
      expect(session.getSnapshot().error).toBeUndefined()
      await clock.advance(1000)
    }
  })

  it('of a server says that nothing is known, always', async () => {
    const { session } = await alice()
    const { status, refreshing, stale } = session.getServerSnapshot()
    expect({ status, refreshing, stale }).toEqual({ status: 'loading', refreshing: false, stale: false })
    expect(session.getServerSnapshot()).toBe(session.getServerSnapshot())
    expect(Object.isFrozen(session.getServerSnapshot())).toBe(true)
  })
})

describe('the methods of a session', () => {
  it('work apart from it', async () => {
    const { server, clock, open } = createWorld()
    const { getSnapshot, getServerSnapshot, subscribe, getAccessToken, refresh, signIn, signOut, dispose } =
      open().session
    const events: SessionEvent[] = []
    const unsubscribe = subscribe((event) => events.push(event))
    await signIn(server.issue('alice'))
    const calls = [track(getAccessToken()), track(refresh())]
    await clock.advance(1000)
    track(signOut())
    await clock.advance(1000)
    expect(calls.map(({ value }) => value)).toEqual([expect.any(String), expect.any(String)])
    expect(getSnapshot()).toMatchObject({ reason: 'signed_out' })
    expect(getServerSnapshot().status).toBe('loading')
    expect(events.map(({ type }) => type)).toEqual(['signed-in', 'refresh-started', 'refreshed', 'ended'])
    unsubscribe()
    dispose()
    await clock.advance(0)
    expect(events).toHaveLength(4)
  })
})

describe('the events', () => {
  it('carry what they promise, and are frozen', async () => {
    const { server, clock, session, events } = await alice()
    const startedAt = clock.now().wall
    const calls = [track(session.refresh()), track(session.getAccessToken({ minTtl: 60_001 }))]
    await clock.advance(1000)
    expect(calls.map(({ state }) => state)).toEqual(['resolved', 'resolved'])
    server.onRefresh = unavailable
    track(session.refresh())
    await clock.advance(100)
    track(session.signOut())
    await clock.advance(0)
    expect(events).toEqual([
      { type: 'refresh-started', reason: 'requested' },
      {
        type: 'refreshed',
        reason: 'requested',
        expiresAt: startedAt + server.lifetime,
        duration: server.refreshDelay,
        waiting: 2,
      },
      { type: 'refresh-started', reason: 'requested' },
      {
        type: 'refresh-failed',
        reason: 'requested',
        error: expect.objectContaining({ code: 'ERR_REFRESH_UNAVAILABLE' }),
        retryAt: startedAt + 1000 + server.refreshDelay + 500,
        waiting: 1,
      },
      { type: 'ended', reason: 'signed_out' },
    ])
    expect(events.every(Object.isFrozen)).toBe(true)
  })

  it('do not name an end or a next attempt that nobody knows', async () => {
    const { server, clock, session, events } = await alice()
    server.onRefresh = () => json({ access_token: 'opaque' })
    track(session.refresh())
    await clock.advance(100)
    expect(events.at(-1)).toMatchObject({ type: 'refreshed', expiresAt: undefined })
    expect(session.getSnapshot().expiresAt).toBeUndefined()
  })

  it('tell of every change of the snapshot', async () => {
    const { server, clock, page, session, send, login } = await alice()
    let told = session.getSnapshot()
    session.subscribe(() => {
      told = session.getSnapshot()
    })
    const acts: (() => unknown)[] = [
      () => track(session.refresh()),
      () => server.onRefresh ?? server.expireAll(),
      () => track(send('/api/me')),
      () => track(session.getAccessToken({ minTtl: 59_999 })),
      () => track(session.signIn(() => login('bob'))),
      () => track(session.signIn(server.issue('carol'))),
      () => clock.sleep(59_000),
      () => page.send('wake'),
      () => track(session.signOut()),
      () => track(session.signIn(() => login('alice'))),
    ]
    for (const answer of [undefined, unavailable]) {
      server.onRefresh = answer
      for (const act of acts) {
        act()
        await clock.advance(5000)
        expect(session.getSnapshot(), String(act)).toBe(told)
      }
    }
    session.dispose()
    await clock.advance(0)
    expect(session.getSnapshot()).toBe(told)
  })
})
