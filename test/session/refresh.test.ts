import { describe, expect, it } from 'vitest'
import { json } from '../helpers/fake-server.ts'
import { track } from '../helpers/track.ts'
import { createWorld } from '../helpers/world.ts'

const down = () => json({}, { status: 503 })

describe('refresh', () => {
  it('brings a new token although the old one is good', async () => {
    const { server, clock, openSignedIn } = createWorld()
    const { session, events } = await openSignedIn()
    const before = await session.getAccessToken()
    const call = track(session.refresh())
    expect(session.getSnapshot().refreshing).toBe(true)
    await clock.advance(server.refreshDelay)
    expect(call.value).toEqual(expect.stringMatching(/^ey/))
    expect(call.value).not.toBe(before)
    expect(await session.getAccessToken()).toBe(call.value)
    expect(events.map(({ type }) => type)).toEqual(['refresh-started', 'refreshed'])
    expect(events).toMatchObject([{ reason: 'requested' }, { reason: 'requested', duration: 50, waiting: 1 }])
  })

  it('joins a refresh that is under way', async () => {
    const { server, clock, open } = createWorld()
    const { session, events } = open()
    await clock.advance(10)
    const calls = [track(session.refresh()), track(session.refresh()), track(session.getAccessToken())]
    await clock.advance(1000)
    const [first, ...others] = calls.map(({ value }) => value)
    expect(first).toEqual(expect.stringMatching(/^ey/))
    expect(others).toEqual([first, first])
    expect(server.refreshes).toHaveLength(1)
    expect(events[0]).toEqual({ type: 'refresh-started', reason: 'startup' })
  })

  it('goes on with the old token meanwhile', async () => {
    const { server, clock, openSignedIn } = createWorld()
    const { session } = await openSignedIn()
    const before = await session.getAccessToken()
    track(session.refresh())
    expect(await session.getAccessToken()).toBe(before)
    await clock.advance(server.refreshDelay)
    expect(await session.getAccessToken()).not.toBe(before)
  })

  it('tries again at once during the back-off, for all who wait', async () => {
    const { server, clock, openSignedIn } = createWorld()
    const { session } = await openSignedIn()
    server.onRefresh = () => json({}, { status: 503, headers: { 'Retry-After': '10' } })
    clock.sleep(server.lifetime)
    const waiting = track(session.getAccessToken())
    await clock.advance(1000)
    expect(server.refreshes).toHaveLength(1)
    server.onRefresh = undefined
    const call = track(session.refresh())
    await clock.advance(server.refreshDelay)
    expect(server.refreshes).toHaveLength(2)
    expect(call.value).toEqual(expect.stringMatching(/^ey/))
    expect(waiting.value).toBe(call.value)
  })

  it('rejects, typed, if the endpoint cannot be reached in time; the session is kept', async () => {
    const { server, clock, openSignedIn } = createWorld()
    const { session } = await openSignedIn({ maxWait: 5000 })
    server.onRefresh = down
    const call = track(session.refresh())
    await clock.advance(5000)
    expect(call).toMatchObject({ state: 'rejected', error: { code: 'ERR_REFRESH_UNAVAILABLE' } })
    expect(session.getSnapshot()).toMatchObject({ status: 'authenticated', stale: false })
  })

  it('finds a session that has begun elsewhere', async () => {
    const { server, clock, open } = createWorld()
    server.cookie = undefined
    const { session, events } = open()
    await clock.advance(1000)
    expect(session.getSnapshot()).toMatchObject({ status: 'unauthenticated', reason: 'none' })
    server.cookie = 'alice'
    events.length = 0
    const call = track(session.refresh())
    await clock.advance(server.refreshDelay)
    expect(call.value).toEqual(expect.stringMatching(/^ey/))
    expect(session.getSnapshot()).toMatchObject({ status: 'authenticated', reason: undefined })
    expect(events.map(({ type }) => type)).toEqual(['refresh-started', 'refreshed'])
    await clock.advance(server.lifetime)
    expect(server.refreshes).toHaveLength(3)
  })

  it('is null if there is none', async () => {
    const { server, clock, open } = createWorld()
    server.cookie = undefined
    const { session } = open({ hasSession: () => false })
    await clock.advance(1000)
    expect(server.refreshes).toHaveLength(0)
    const call = track(session.refresh())
    await clock.advance(1000)
    expect(call).toMatchObject({ state: 'resolved', value: null })
    expect(server.refreshes).toHaveLength(1)
    expect(session.getSnapshot()).toMatchObject({ status: 'unauthenticated', reason: 'none' })
  })

  it('is null if the session turns out to be over', async () => {
    const { server, clock, openSignedIn } = createWorld()
    const { session } = await openSignedIn()
    server.cookie = undefined
    clock.sleep(server.lifetime)
    const call = track(session.refresh())
    await clock.advance(1000)
    expect(call).toMatchObject({ state: 'resolved', value: null })
    expect(session.getSnapshot()).toMatchObject({ status: 'unauthenticated', reason: 'expired' })
  })

  it('is null, and asks nobody, once the session is disposed of', async () => {
    const { server, clock, openSignedIn } = createWorld()
    const { session } = await openSignedIn()
    session.dispose()
    expect(await session.refresh()).toBeNull()
    expect(await session.getAccessToken()).toBeNull()
    await clock.advance(1000)
    expect(server.refreshes).toHaveLength(0)
  })

  it('does not refresh beside a login call, and gets the token of that', async () => {
    const { server, clock, openSignedIn } = createWorld()
    const { session } = await openSignedIn()
    server.delay = 500
    track(session.signIn(() => server.fetch('/auth/login', { method: 'POST', body: '{"user":"bob"}' })))
    await clock.advance(100)
    const call = track(session.refresh())
    await clock.advance(1000)
    expect(call.value).toEqual(expect.stringMatching(/^ey/))
    expect(await session.getAccessToken()).toBe(call.value)
    expect(server.refreshes).toHaveLength(0)
  })
})
