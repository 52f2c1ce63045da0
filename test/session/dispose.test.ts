import { describe, expect, it } from 'vitest'
import { createFetch } from '../../src/clients/fetch.ts'
import { json } from '../helpers/fake-server.ts'
import { track } from '../helpers/track.ts'
import { createWorld } from '../helpers/world.ts'
import { alice, usersOf } from './arrange.ts'

const disposed = { state: 'rejected', error: { code: 'ERR_SESSION_ENDED', reason: 'disposed' } }

describe('a session that is disposed of', () => {
  it('leaves neither listeners nor timers behind', async () => {
    const { clock, page, session } = await alice()
    expect([page.listeners, clock.timers]).toEqual([1, 1])
    session.dispose()
    expect([page.listeners, clock.timers]).toEqual([0, 0])
    await clock.advance(600_000)
    expect([page.listeners, clock.timers]).toEqual([0, 0])
  })

  it('leaves none behind when a refresh is to be tried again', async () => {
    const { server, clock, page, session, send } = await alice()
    server.onRefresh = () => json({}, { status: 503 })
    clock.sleep(server.lifetime)
    track(send('/api/me'))
    await clock.advance(100)
    session.dispose()
    await clock.advance(0)
    expect([page.listeners, clock.timers]).toEqual([0, 0])
    await clock.advance(600_000)
    expect(server.refreshes).toHaveLength(1)
  })

  it('rejects those who wait', async () => {
    const { server, clock, session, send } = await alice()
    clock.sleep(server.lifetime)
    const calls = [track(send('/api/1')), track(send('/api/2'))]
    const token = track(session.getAccessToken())
    await clock.advance(20)
    session.dispose()
    await clock.advance(0)
    expect(calls).toMatchObject([disposed, disposed])
    expect(token).toMatchObject({ state: 'resolved', value: null })
    await clock.advance(60_000)
    expect(server.hits).toHaveLength(0)
  })

  it('rejects those who wait for the first refresh too', async () => {
    const { server, clock, open } = createWorld()
    const { session } = open()
    const call = track(createFetch(session)('/api/me'))
    await clock.advance(20)
    session.dispose()
    await clock.advance(60_000)
    expect(call).toMatchObject(disposed)
    expect(server.hits).toHaveLength(0)
  })

  it('lets its clients send without a token, and passes their 401 on', async () => {
    const { server, clock, session, send } = await alice()
    session.dispose()
    const calls = [track(send('/public/1')), track(send('/api/1'))]
    await clock.advance(60_000)
    expect(calls.map(({ value }) => value?.status)).toEqual([200, 401])
    expect(usersOf(server)).toEqual([null, null])
    expect(server.refreshes).toHaveLength(0)
  })

  it('passes the 401 of a request on that was sent before', async () => {
    const { server, clock, session, send } = await alice()
    await clock.advance(10_000)
    server.expireAll()
    server.delay = 100
    const call = track(send('/api/me'))
    await clock.advance(50)
    session.dispose()
    await clock.advance(60_000)
    expect(call.value?.status).toBe(401)
    expect([server.hits.length, server.refreshes.length]).toEqual([1, 0])
  })

  it('is changed by no late answer', async () => {
    const { server, clock, session, events } = await alice()
    track(session.refresh())
    await clock.advance(20)
    session.dispose()
    const snapshot = session.getSnapshot()
    await clock.advance(60_000)
    expect(session.getSnapshot()).toBe(snapshot)
    expect(snapshot).toMatchObject({ status: 'unauthenticated', reason: 'disposed', refreshing: false })
    expect(events.map(({ type }) => type)).toEqual(['refresh-started', 'ended'])
    expect(server.refreshes).toHaveLength(1)
    expect(clock.timers).toBe(0)
  })

  it('is woken by nothing', async () => {
    const { server, clock, page, session } = await alice()
    session.dispose()
    clock.sleep(600_000)
    for (const signal of ['wake', 'online', 'hide', 'leave'] as const) page.send(signal)
    const calls = [track(session.getAccessToken()), track(session.refresh())]
    await clock.advance(600_000)
    expect(calls.map(({ value }) => value)).toEqual([null, null])
    expect([server.refreshes.length, server.signOuts.length]).toEqual([0, 0])
  })

  it('does not sign out on the server, neither by itself nor when asked afterwards', async () => {
    const { server, clock, session } = await alice()
    session.dispose()
    const signOut = track(session.signOut())
    await clock.advance(1000)
    expect(signOut.state).toBe('resolved')
    expect(server.signOuts).toHaveLength(0)
    expect([server.cookie, session.getSnapshot().reason]).toEqual(['alice', 'disposed'])
  })

  it('tells its end, once, and nothing afterwards', async () => {
    const { server, clock, session, events } = await alice()
    session.dispose()
    session.dispose()
    expect(events).toEqual([])
    await clock.advance(1000)
    session.dispose()
    track(session.signIn(server.issue('bob')))
    await clock.advance(1000)
    expect(events).toEqual([{ type: 'ended', reason: 'disposed' }])
  })

  it('stays so when a login call comes to an end, although another tab has signed in meanwhile', async () => {
    const { server, clock, session, login, newTab } = await alice()
    const other = newTab().open()
    await clock.advance(1000)
    track(session.signIn(() => login('alice')))
    track(other.session.signIn(server.issue('alice')))
    await clock.advance(5)
    session.dispose()
    const { length } = server.refreshes
    other.session.dispose()
    await clock.advance(600_000)
    expect(session.getSnapshot()).toMatchObject({ status: 'unauthenticated', reason: 'disposed' })
    expect(server.refreshes).toHaveLength(length)
  })

  it('leaves word of its refresh under way: the next page waits for the cookie', async () => {
    const { server, clock, session, tab, newTab } = await alice()
    server.rotation = 'strict'
    server.refreshDelay = 2000
    track(session.refresh())
    await clock.advance(100)
    session.dispose()
    tab.close()
    const next = newTab().open()
    await clock.advance(10_000)
    expect(next.session.getSnapshot().status).toBe('authenticated')
    expect(server.reuses).toBe(0)
  })

  it('leaves exactly one live session when another is created right after it', async () => {
    const { server, clock, page, open } = createWorld()
    const first = open()
    first.session.dispose()
    const second = open()
    expect(page.listeners).toBe(1)
    await clock.advance(1000)
    expect(server.refreshes).toHaveLength(1)
    expect(first.session.getSnapshot().reason).toBe('disposed')
    expect(second.session.getSnapshot().status).toBe('authenticated')
    expect(clock.timers).toBe(1)
  })
})
