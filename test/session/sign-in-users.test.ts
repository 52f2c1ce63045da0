import { describe, expect, it } from 'vitest'
import { track } from '../helpers/track.ts'
import { alice, holdRefreshes, userOf, usersOf } from './arrange.ts'

const replaced = { state: 'rejected', error: { code: 'ERR_SESSION_ENDED', reason: 'replaced' } }

describe('requests of the user before', () => {
  it('that were waiting are rejected, and never sent with the new token', async () => {
    const { server, clock, session, send, login } = await alice()
    clock.sleep(server.lifetime)
    const calls = [track(send('/api/1')), track(send('/api/2', { method: 'POST', body: 'x' }))]
    await clock.advance(20)
    track(session.signIn(() => login('bob')))
    await clock.advance(0)
    expect(calls).toMatchObject([replaced, replaced])
    await clock.advance(60_000)
    expect(server.hits).toHaveLength(0)
  })

  it('that were waiting are rejected by a token too', async () => {
    const { server, clock, session, send } = await alice()
    clock.sleep(server.lifetime)
    const call = track(send('/api/1'))
    session.signIn(server.issue('bob'))
    await clock.advance(0)
    expect(call).toMatchObject(replaced)
    expect(server.hits).toHaveLength(0)
  })

  it('that waited for a token give their callers null', async () => {
    const { server, clock, session, login } = await alice()
    clock.sleep(server.lifetime)
    const calls = [track(session.getAccessToken()), track(session.refresh())]
    await clock.advance(20)
    track(session.signIn(() => login('bob')))
    await clock.advance(0)
    expect(calls.map(({ state, value }) => [state, value])).toEqual([
      ['resolved', null],
      ['resolved', null],
    ])
  })

  it('are not retried with the new token when their 401 comes late', async () => {
    const { server, clock, session, send } = await alice()
    await clock.advance(10_000)
    server.expireAll()
    server.delay = 100
    const call = track(send('/api/me', { method: 'POST', body: 'from alice' }))
    await clock.advance(50)
    await session.signIn(server.issue('bob'))
    await clock.advance(60_000)
    expect(call.value?.status).toBe(401)
    expect(usersOf(server)).toEqual(['alice'])
  })

  it('are not retried with the new token when they were already waiting to be', async () => {
    const { server, clock, session, send, login } = await alice()
    await clock.advance(10_000)
    server.expireAll()
    const call = track(send('/api/me'))
    await clock.advance(30)
    expect(server.refreshes).toHaveLength(1)
    track(session.signIn(() => login('bob')))
    await clock.advance(1000)
    expect(call.value?.status).toBe(401)
    expect(usersOf(server)).toEqual(['alice'])
  })

  it('are not retried with a token that does not say whose it is', async () => {
    const { server, clock, session, send } = await alice()
    await clock.advance(10_000)
    server.expireAll()
    server.delay = 100
    const call = track(send('/api/me'))
    await clock.advance(50)
    await session.signIn('opaque')
    await clock.advance(1000)
    expect(call.value?.status).toBe(401)
    expect(server.hits).toHaveLength(1)
  })

  it('are not retried where no token says whose it is, though all look alike', async () => {
    const { server, clock, session, send } = await alice()
    await session.signIn('opaque-of-alice')
    await clock.advance(10_000)
    server.expireAll()
    server.delay = 100
    const calls = [track(send('/api/me')), track(send('/api/2'))]
    await clock.advance(50)
    await session.signIn('opaque-of-bob')
    await clock.advance(1000)
    expect(calls.map(({ value }) => value?.status)).toEqual([401, 401])
    expect(server.hits).toHaveLength(2)
  })

  it('are retried with the new token if the same user has signed in anew', async () => {
    const { server, clock, session, send } = await alice()
    await clock.advance(10_000)
    server.expireAll()
    server.delay = 100
    const call = track(send('/api/me'))
    await clock.advance(50)
    await session.signIn(server.issue('alice'))
    await clock.advance(1000)
    expect(await call.value?.json()).toMatchObject({ user: 'alice' })
    expect(server.hits).toHaveLength(2)
    expect(server.refreshes).toHaveLength(0)
  })
})

describe('a sign-in with a token while a refresh of another user is under way', () => {
  it('drops that answer, looks whose the cookie is, and ends the session if it is not hers', async () => {
    const { server, clock, session, events, send } = await alice()
    track(session.refresh())
    await clock.advance(20)
    server.cookie = 'bob'
    await session.signIn(server.issue('bob'))
    const calls = [track(send('/api/1'))]
    await clock.advance(20)
    calls.push(track(send('/api/2')))
    await clock.advance(20)
    expect(server.cookie).toBe('alice')
    expect(userOf(`${await session.getAccessToken()}`)).toBe('bob')
    await clock.advance(60_000)
    expect(events).toMatchObject([
      { type: 'refresh-started', reason: 'requested' },
      { type: 'refresh-abandoned' },
      { type: 'signed-in' },
      { type: 'refresh-started', reason: 'verify' },
      { type: 'ended', reason: 'replaced' },
    ])
    expect(session.getSnapshot()).toMatchObject({ status: 'unauthenticated', reason: 'replaced' })
    expect(await session.getAccessToken()).toBeNull()
    expect(calls.map(({ value }) => value?.status)).toEqual([200, 200])
    expect(usersOf(server)).toEqual(['bob', 'bob'])
    expect(server.refreshes).toHaveLength(2)
  })

  it('goes on if the cookie is that of the new user', async () => {
    const { server, clock, session, events } = await alice()
    track(session.refresh())
    await clock.advance(20)
    await session.signIn(server.issue('alice'))
    await clock.advance(1000)
    expect(events.at(-1)).toMatchObject({ type: 'refreshed', reason: 'verify' })
    expect(session.getSnapshot().status).toBe('authenticated')
  })

  it.each([
    ['the new token', 'opaque', undefined],
    ['the answer', undefined, 'opaque'],
  ])('trusts nothing if %s does not say whose it is', async (_, token, answer) => {
    const { server, clock, session, send } = await alice()
    track(session.refresh())
    await clock.advance(20)
    await session.signIn(token ?? server.issue('bob'))
    if (answer) server.onRefresh = () => Response.json({ access_token: answer })
    await clock.advance(1000)
    expect(session.getSnapshot()).toMatchObject({ status: 'unauthenticated', reason: 'replaced' })
    track(send('/api/me'))
    await clock.advance(1000)
    expect(usersOf(server)).toEqual([null])
  })

  it('asks again until it knows, and believes nobody meanwhile', async () => {
    const { server, clock, session, send } = await alice()
    track(session.refresh())
    await clock.advance(20)
    await session.signIn(server.issue('bob'))
    server.onRefresh = () => Response.json({}, { status: 503 })
    await clock.advance(10_000)
    expect(session.getSnapshot().status).toBe('authenticated')
    server.onRefresh = undefined
    clock.sleep(server.lifetime)
    const call = track(send('/api/me'))
    await clock.advance(60_000)
    expect(call).toMatchObject(replaced)
    expect(usersOf(server)).toEqual([])
  })

  it('checks although the refresh comes only after its bound', async () => {
    const { server, clock, session } = await alice({ refreshTimeout: 1000 })
    const refreshes = holdRefreshes(server)
    track(session.refresh())
    await clock.advance(500)
    await session.signIn(server.issue('bob'))
    await clock.advance(5000)
    expect(session.getSnapshot().status).toBe('authenticated')
    refreshes.release()
    await clock.advance(1000)
    expect(session.getSnapshot()).toMatchObject({ status: 'unauthenticated', reason: 'replaced' })
  })

  it('costs no check if nothing is under way', async () => {
    const { server, clock, session } = await alice()
    await session.signIn(server.issue('bob'))
    await clock.advance(30_000)
    expect(server.refreshes).toHaveLength(0)
  })
})

describe('two sign-ins at once', () => {
  it.each([
    ['bob', 'carol'],
    ['carol', 'bob'],
  ])('are made one after the other, and the newer wins: %s, then %s', async (one, other) => {
    const { server, clock, session, login } = await alice()
    const calls = [one, other].map((user) => track(session.signIn(() => login(user))))
    await clock.advance(server.delay / 2)
    expect(server.logins).toHaveLength(1)
    await clock.advance(1000)
    expect(calls).toMatchObject([replaced, { state: 'resolved' }])
    expect([server.cookie, userOf(`${await session.getAccessToken()}`)]).toEqual([other, other])
  })

  it('with a token second: the token wins, and whose the cookie is comes out', async () => {
    const { server, clock, session, login } = await alice()
    const first = track(session.signIn(() => login('bob')))
    await clock.advance(1)
    await session.signIn(server.issue('carol'))
    expect(userOf(`${await session.getAccessToken()}`)).toBe('carol')
    await clock.advance(1000)
    expect(first).toMatchObject(replaced)
    expect(session.getSnapshot()).toMatchObject({ status: 'unauthenticated', reason: 'replaced' })
  })

  it('with a wrong password second leave the user who was signed in before', async () => {
    const { server, clock, session, login } = await alice()
    const calls = [track(session.signIn(() => login(''))), track(session.signIn(() => login('')))]
    await clock.advance(1000)
    expect(calls.map(({ state }) => state)).toEqual(['rejected', 'rejected'])
    expect(userOf(`${await session.getAccessToken()}`)).toBe('alice')
    clock.sleep(server.lifetime)
    const token = track(session.getAccessToken())
    await clock.advance(100)
    expect(userOf(`${token.value}`)).toBe('alice')
  })
})
