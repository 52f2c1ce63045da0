import { describe, expect, it } from 'vitest'
import { track } from '../helpers/track.ts'
import { alice, holdRefreshes, userOf, usersOf } from './arrange.ts'

describe('a sign-in', () => {
  it('makes the login call once the refresh under way has been answered', async () => {
    const { server, clock, session, login } = await alice()
    track(session.refresh())
    await clock.advance(20)
    const signIn = track(session.signIn(() => login('bob')))
    await clock.advance(29)
    expect(server.logins).toHaveLength(0)
    await clock.advance(1)
    expect(server.logins).toHaveLength(1)
    await clock.advance(server.delay)
    expect(signIn.state).toBe('resolved')
    expect([server.cookie, userOf(`${await session.getAccessToken()}`)]).toEqual(['bob', 'bob'])
    await clock.advance(1000)
    expect(server.refreshes).toHaveLength(1)
  })

  it('is done when the page can read the CSRF cookie that its answer has brought', async () => {
    const { server, clock, session, send, page, environment, login } = await alice({
      csrf: { header: 'X-CSRF', cookie: 'csrf' },
    })
    page.cookie = { csrf: 'before' }
    environment.page.cookiesLanded = async () => {
      page.cookie = { csrf: 'after' }
    }
    track(session.signIn(() => login('bob')).then(() => send('/api/items')))
    await clock.advance(1000)
    expect(server.hits.map(({ headers }) => headers.get('X-CSRF'))).toEqual(['after'])
  })

  it('does not take over the answer of that refresh', async () => {
    const { server, clock, session, events, login } = await alice()
    track(session.refresh())
    await clock.advance(20)
    track(session.signIn(() => login('bob')))
    await clock.advance(1000)
    expect(events.map(({ type }) => type)).toEqual(['refresh-started', 'refresh-abandoned', 'signed-in'])
    expect(server.cookie).toBe('bob')
  })

  it('does not wait forever for a refresh that hangs, and then checks whose cookie it is', async () => {
    const { server, clock, session, events, login } = await alice({ refreshTimeout: 3000 })
    const refreshes = holdRefreshes(server)
    track(session.refresh())
    await clock.advance(100)
    const signIn = track(session.signIn(() => login('bob')))
    await clock.advance(2999)
    expect(server.logins).toHaveLength(0)
    await clock.advance(1 + server.delay)
    expect(signIn.state).toBe('resolved')
    refreshes.release()
    await clock.advance(server.refreshDelay)
    expect(server.cookie).toBe('alice')
    await clock.advance(server.refreshDelay)
    expect(events.slice(-2)).toMatchObject([
      { type: 'refresh-started', reason: 'verify' },
      { type: 'ended', reason: 'replaced' },
    ])
    expect(session.getSnapshot()).toMatchObject({ status: 'unauthenticated', reason: 'replaced' })
  })

  it('goes on if the check shows that the cookie is the right one', async () => {
    const { server, clock, session, events, login } = await alice({ refreshTimeout: 3000 })
    const refreshes = holdRefreshes(server)
    track(session.refresh())
    await clock.advance(100)
    track(session.signIn(() => login('alice')))
    await clock.advance(3100)
    refreshes.release()
    await clock.advance(1000)
    expect(events.slice(-2)).toMatchObject([{ reason: 'verify' }, { type: 'refreshed', reason: 'verify' }])
    expect(session.getSnapshot().status).toBe('authenticated')
  })

  it('resolves with what the login call resolved with', async () => {
    const { server, session } = await alice()
    const answer = { ...server.issue('bob'), name: 'Bob' }
    expect(await session.signIn(() => answer)).toBe(answer)
    expect(await session.signIn(answer)).toBe(answer)
    expect(await session.signIn(async () => 'token')).toBe('token')
  })

  it('with a token is done before the next line: the very next request carries it', async () => {
    const { server, clock, session, send } = await alice()
    session.signIn(server.issue('bob'))
    const call = track(send('/api/me'))
    await clock.advance(server.delay)
    expect(await call.value?.json()).toMatchObject({ user: 'bob' })
    expect(usersOf(server)).toEqual(['bob'])
  })

  it('brings a session back to life that was over', async () => {
    const { clock, session, send, login } = await alice()
    track(session.signOut())
    await clock.advance(100)
    track(session.signIn(() => login('bob')))
    await clock.advance(100)
    expect(session.getSnapshot()).toMatchObject({ status: 'authenticated', reason: undefined })
    const call = track(send('/api/me'))
    await clock.advance(100)
    expect(call.value?.status).toBe(200)
  })

  it('is rejected after dispose, without a login call', async () => {
    const { server, clock, session, login } = await alice()
    session.dispose()
    const calls = [track(session.signIn(() => login('bob'))), track(session.signIn(server.issue('bob')))]
    await clock.advance(1000)
    expect(calls).toMatchObject(
      Array(2).fill({ state: 'rejected', error: { code: 'ERR_SESSION_ENDED', reason: 'disposed' } }),
    )
    expect(server.logins).toHaveLength(0)
    expect(session.getSnapshot()).toMatchObject({ status: 'unauthenticated', reason: 'disposed' })
  })

  it('that is disposed of during the login call is rejected, and nobody is signed in', async () => {
    const { clock, session, login } = await alice()
    const signIn = track(session.signIn(() => login('bob')))
    await clock.advance(1)
    session.dispose()
    await clock.advance(1000)
    expect(signIn).toMatchObject({ state: 'rejected', error: { reason: 'disposed' } })
    expect(session.getSnapshot().status).toBe('unauthenticated')
  })
})

describe('a wrong password', () => {
  it.each([
    ['rejects', () => Promise.reject(new Error('wrong password'))],
    [
      'throws',
      () => {
        throw new Error('wrong password')
      },
    ],
  ])('leaves all as it was when the login call %s', async (_, fail) => {
    const { server, clock, session, events, send } = await alice()
    const before = [session.getSnapshot(), await session.getAccessToken()]
    const signIn = track(session.signIn(fail))
    await clock.advance(0)
    expect(signIn).toMatchObject({ state: 'rejected', error: { message: 'wrong password' } })
    expect([session.getSnapshot(), await session.getAccessToken()]).toEqual(before)
    expect(session.getSnapshot()).toBe(before[0])
    const call = track(send('/api/me'))
    await clock.advance(1000)
    expect(await call.value?.json()).toMatchObject({ user: 'alice' })
    expect(events).toEqual([])
    expect(server.refreshes).toHaveLength(0)
  })

  it('passes the very error on', async () => {
    const { clock, session } = await alice()
    const error = Object.freeze({ status: 401, message: 'no' })
    const signIn = track(session.signIn(() => Promise.reject(error)))
    await clock.advance(0)
    expect(signIn.error).toBe(error)
  })

  it('leaves the session refreshing as ever', async () => {
    const { server, clock, session, send } = await alice()
    track(session.signIn(() => Promise.reject(new Error('wrong password'))))
    await clock.advance(90_000)
    expect(server.refreshes.length).toBeGreaterThan(0)
    server.expireAll()
    const call = track(send('/api/me'))
    await clock.advance(1000)
    expect(await call.value?.json()).toMatchObject({ user: 'alice' })
  })

  it('lets a request that was sent before be retried', async () => {
    const { server, clock, session, send } = await alice()
    server.expireAll()
    server.delay = 100
    const call = track(send('/api/me'))
    await clock.advance(10)
    track(session.signIn(() => Promise.reject(new Error('wrong password'))))
    await clock.advance(1000)
    expect(await call.value?.json()).toMatchObject({ user: 'alice' })
    expect(usersOf(server)).toEqual(['alice', 'alice'])
  })

  it('leaves a signed-out visitor signed out, and costs no refresh', async () => {
    const { server, clock, session, login } = await alice()
    track(session.signOut())
    await clock.advance(100)
    const signIn = track(session.signIn(() => login('')))
    await clock.advance(60_000)
    expect(signIn).toMatchObject({ state: 'rejected', error: { message: 'wrong password' } })
    expect(session.getSnapshot()).toMatchObject({ status: 'unauthenticated', reason: 'signed_out' })
    expect(server.refreshes).toHaveLength(0)
  })
})

describe('a login call through a client of the session', () => {
  const body = (user: string) => ({ method: 'POST', body: JSON.stringify({ user }) })

  it.each([
    ['while the token is good', 0],
    ['while the token has expired', 60_000],
  ])('waits for nothing %s', async (_, age) => {
    const { server, clock, page, session, send } = await alice()
    page.isVisible = false
    clock.sleep(age)
    const signIn = track(session.signIn(() => send('/auth/login', body('bob'))))
    await clock.advance(server.delay)
    expect(signIn.state).toBe('resolved')
    expect(server.logins).toHaveLength(1)
    expect(server.refreshes).toHaveLength(0)
    expect(userOf(`${await session.getAccessToken()}`)).toBe('bob')
  })

  it('is sent once with a wrong password while the token has expired, and nothing is refreshed', async () => {
    const { server, clock, page, session, send } = await alice()
    page.isVisible = false
    clock.sleep(server.lifetime)
    const signIn = track(
      session.signIn(async () => {
        const response = await send('/auth/login', body(''))
        if (!response.ok) throw new Error(`${response.status}`)
        return response
      }),
    )
    await clock.advance(1000)
    expect(signIn).toMatchObject({ state: 'rejected', error: { message: '401' } })
    expect(server.logins).toHaveLength(1)
    expect(server.refreshes).toHaveLength(0)
    expect(session.getSnapshot().status).toBe('authenticated')
  })
})
