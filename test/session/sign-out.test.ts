import { describe, expect, it } from 'vitest'
import { track } from '../helpers/track.ts'
import { alice, holdRefreshes, usersOf } from './arrange.ts'

const signedOut = { state: 'rejected', error: { code: 'ERR_SESSION_ENDED', reason: 'signed_out' } }

describe('a sign-out on this page', () => {
  it('is done before the next line', async () => {
    const { server, clock, session, events, send } = await alice()
    track(session.signOut())
    expect(session.getSnapshot()).toMatchObject({
      status: 'unauthenticated',
      reason: 'signed_out',
      refreshing: false,
      expiresAt: undefined,
    })
    const calls = [track(session.getAccessToken()), track(send('/api/me'))]
    await clock.advance(1000)
    expect(calls[0]?.value).toBeNull()
    expect(usersOf(server)).toEqual([null])
    expect(events).toEqual([{ type: 'ended', reason: 'signed_out' }])
  })

  it('rejects the requests that wait', async () => {
    const { server, clock, session, send } = await alice()
    clock.sleep(server.lifetime)
    const calls = [track(send('/api/1')), track(send('/api/2'))]
    await clock.advance(20)
    track(session.signOut())
    await clock.advance(0)
    expect(calls).toMatchObject([signedOut, signedOut])
    await clock.advance(60_000)
    expect(server.hits).toHaveLength(0)
  })

  it('lets no request be retried', async () => {
    const { server, clock, session, send } = await alice()
    await clock.advance(10_000)
    server.expireAll()
    server.delay = 20
    const waiting = track(send('/api/1'))
    await clock.advance(10)
    const late = track(send('/api/2'))
    await clock.advance(15)
    track(session.signOut())
    await clock.advance(60_000)
    expect([waiting.value?.status, late.value?.status]).toEqual([401, 401])
    expect(server.hits).toHaveLength(2)
  })

  it('lets the answer of a refresh under way bring nobody back', async () => {
    const { server, clock, session, events } = await alice()
    track(session.refresh())
    await clock.advance(20)
    const signOut = track(session.signOut())
    await clock.advance(600_000)
    expect(signOut.state).toBe('resolved')
    expect(session.getSnapshot()).toMatchObject({ status: 'unauthenticated', reason: 'signed_out' })
    expect(events.map(({ type }) => type)).toEqual(['refresh-started', 'ended'])
    expect([server.refreshes.length, server.cookie]).toEqual([1, undefined])
  })

  it('is done again where somebody looks for a session after the last one', async () => {
    const { server, clock, session } = await alice()
    track(session.signOut())
    await clock.advance(1000)
    server.cookie = 'alice'
    track(session.refresh())
    await clock.advance(10)
    track(session.signOut())
    await clock.advance(60_000)
    expect(session.getSnapshot()).toMatchObject({ status: 'unauthenticated', reason: 'signed_out' })
    expect([server.signOuts.length, server.cookie]).toEqual([2, undefined])
  })

  it('keeps out the late answer of a refresh that a sign-in has given up, and failed', async () => {
    const { server, clock, session, login } = await alice()
    track(session.signOut())
    await clock.advance(1000)
    server.cookie = 'alice'
    const refreshes = holdRefreshes(server)
    track(session.refresh())
    await clock.advance(10)
    track(session.signIn(() => login('nobody').then(() => Promise.reject(new Error('wrong password')))))
    await clock.advance(20_000)
    const signOut = track(session.signOut())
    await clock.advance(1000)
    expect(signOut.state).toBe('resolved')
    refreshes.release()
    await clock.advance(10_000)
    expect(session.getSnapshot()).toMatchObject({ status: 'unauthenticated', reason: 'signed_out' })
  })

  it('drops a login call under way', async () => {
    const { server, clock, session, events, login } = await alice()
    const signIn = track(session.signIn(() => login('bob')))
    await clock.advance(5)
    const signOut = track(session.signOut())
    await clock.advance(60_000)
    expect([signIn, signOut]).toMatchObject([signedOut, { state: 'resolved' }])
    expect(session.getSnapshot()).toMatchObject({ status: 'unauthenticated', reason: 'signed_out' })
    expect(events.map(({ type }) => type)).toEqual(['ended'])
    expect(server.cookie).toBeUndefined()
  })

  it('is all there is without an endpoint', async () => {
    const { server, clock, session, send } = await alice({ signOut: undefined })
    await session.signOut()
    const call = track(send('/api/me'))
    await clock.advance(60_000)
    expect(session.getSnapshot()).toMatchObject({ status: 'unauthenticated', reason: 'signed_out' })
    expect(call.value?.status).toBe(401)
    expect([server.signOuts.length, server.refreshes.length]).toEqual([0, 0])
  })
})

describe('the sign-out request', () => {
  it('is sent after the refresh under way, so that the cookie is gone in the end', async () => {
    const { server, clock, session } = await alice()
    track(session.refresh())
    await clock.advance(20)
    const signOut = track(session.signOut())
    await clock.advance(29)
    expect(server.signOuts).toHaveLength(0)
    await clock.advance(1)
    expect(server.signOuts).toHaveLength(1)
    await clock.advance(server.delay)
    expect(signOut.state).toBe('resolved')
    expect(server.cookie).toBeUndefined()
  })

  it('waits no longer than refreshTimeout, and is repeated when a refresh that hung has answered', async () => {
    const { server, clock, session } = await alice({ refreshTimeout: 3000 })
    const refreshes = holdRefreshes(server)
    track(session.refresh())
    await clock.advance(100)
    const signOut = track(session.signOut())
    await clock.advance(2999)
    expect(server.signOuts).toHaveLength(0)
    await clock.advance(1 + server.delay)
    expect(signOut.state).toBe('resolved')
    refreshes.release()
    await clock.advance(server.refreshDelay)
    expect(server.cookie).toBe('alice')
    await clock.advance(server.delay)
    expect(server.signOuts).toHaveLength(2)
    expect(server.cookie).toBeUndefined()
    expect(session.getSnapshot().status).toBe('unauthenticated')
  })

  it('is not repeated once somebody has signed in', async () => {
    const { server, clock, session, login } = await alice({ refreshTimeout: 3000 })
    const refreshes = holdRefreshes(server)
    track(session.refresh())
    await clock.advance(100)
    track(session.signOut())
    await clock.advance(4000)
    track(session.signIn(() => login('alice')))
    await clock.advance(1000)
    refreshes.release()
    await clock.advance(10_000)
    expect(server.signOuts).toHaveLength(1)
    expect(session.getSnapshot().status).toBe('authenticated')
  })

  it('is sent at once when the page is left', async () => {
    const { server, clock, page, session } = await alice()
    holdRefreshes(server)
    track(session.refresh())
    await clock.advance(100)
    track(session.signOut())
    await clock.advance(100)
    expect(server.signOuts).toHaveLength(0)
    page.send('leave')
    await clock.advance(0)
    expect(server.signOuts).toHaveLength(1)
  })

  it('carries no token, but the cookie and the header that no foreign form can send', async () => {
    const { server, clock, session } = await alice()
    track(session.signOut())
    await clock.advance(100)
    expect(server.signOuts).toMatchObject([
      { method: 'POST', authorization: null, init: { credentials: 'include', keepalive: true } },
    ])
    expect(server.signOuts[0]?.headers.get('X-Silent-Refresh')).toBe('1')
  })

  it('is sent once for two sign-outs at once', async () => {
    const { server, clock, session, events } = await alice()
    const calls = [track(session.signOut()), track(session.signOut())]
    await clock.advance(5)
    calls.push(track(session.signOut()))
    await clock.advance(1000)
    expect(calls.map(({ state }) => state)).toEqual(['resolved', 'resolved', 'resolved'])
    expect(server.signOuts).toHaveLength(1)
    expect(events).toHaveLength(1)
  })

  it('comes before the login call of a sign-in right after it', async () => {
    const { server, clock, session, login } = await alice()
    track(session.signOut())
    const signIn = track(session.signIn(() => login('bob')))
    await clock.advance(server.delay - 1)
    expect([server.signOuts.length, server.logins.length]).toEqual([1, 0])
    await clock.advance(1000)
    expect(signIn.state).toBe('resolved')
    expect(server.cookie).toBe('bob')
    expect(session.getSnapshot()).toMatchObject({ status: 'authenticated', reason: undefined })
  })

  it('is left to a function, which is told the token', async () => {
    const told: unknown[] = []
    const { server, clock, session } = await alice({
      signOut: (context) => {
        told.push(context)
      },
    })
    const accessToken = await session.getAccessToken()
    await session.signOut()
    await clock.advance(1000)
    expect(told).toEqual([{ accessToken }])
    track(session.signOut())
    await clock.advance(1000)
    expect(told[1]).toEqual({ accessToken: null })
    expect(server.signOuts).toHaveLength(0)
  })
})

describe('a sign-out that the server does not accept', () => {
  /** The sign-out endpoint answers with these, one after another; `0` stands for a broken network. */
  async function answering(...statuses: number[]) {
    const arranged = await alice()
    const { server } = arranged
    const usual = server.fetch
    const sent: number[] = []
    const fetch: typeof usual = (input, init) => {
      const status = String(input).endsWith('/auth/logout') ? statuses[sent.length] : undefined
      if (status === undefined) return usual(input, init)
      sent.push(status)
      return status === 0
        ? Promise.reject(new TypeError('Failed to fetch'))
        : Promise.resolve(new Response(null, { status }))
    }
    return { ...arranged, server: Object.assign(server, { fetch }), sent }
  }

  it.each([
    ['a 500', 500],
    ['a 503', 503],
    ['a 429', 429],
    ['a broken network', 0],
  ])('because of %s is tried again', async (_, status) => {
    const { server, clock, session, sent } = await answering(status, status)
    const signOut = track(session.signOut())
    await clock.advance(10_000)
    expect(signOut.state).toBe('resolved')
    expect([sent.length, server.signOuts.length, server.cookie]).toEqual([2, 1, undefined])
  })

  it.each([
    ['a 503', 503, 503],
    ['a broken network', 0, { name: 'TypeError' }],
  ])('because of %s that lasts is given up on, with a typed error', async (_, status, cause) => {
    const { clock, session, sent } = await answering(...Array<number>(9).fill(status))
    const signOut = track(session.signOut())
    await clock.advance(60_000)
    expect(signOut).toMatchObject({
      state: 'rejected',
      error: { name: 'SignOutFailedError', code: 'ERR_SIGN_OUT_FAILED', cause },
    })
    expect(sent).toHaveLength(3)
    expect(session.getSnapshot()).toMatchObject({ status: 'unauthenticated', reason: 'signed_out' })
  })

  it('is not tried again once somebody has signed in: that would sign them out', async () => {
    const { server, clock, session, send, sent, login } = await answering(503)
    const signOut = track(session.signOut())
    const answer = login('bob')
    await clock.advance(50)
    track(session.signIn(await answer))
    await clock.advance(60_000)
    expect(signOut).toMatchObject({ state: 'rejected', error: { code: 'ERR_SIGN_OUT_FAILED' } })
    expect([sent.length, server.signOuts.length]).toEqual([1, 0])
    server.expireAll()
    const call = track(send('/api/me'))
    await clock.advance(1000)
    expect(call.value?.status).toBe(200)
  })

  it('is not tried again for a late refresh either once somebody has signed in', async () => {
    const { server, clock, session, sent, login } = await answering(200, 503)
    const refreshes = holdRefreshes(server)
    track(session.refresh())
    await clock.advance(100)
    track(session.signOut())
    await clock.advance(10_000)
    expect(sent).toHaveLength(1)
    refreshes.release()
    await clock.advance(100)
    expect(sent).toHaveLength(2)
    const answer = login('bob')
    await clock.advance(20)
    track(session.signIn(await answer))
    await clock.advance(60_000)
    expect(sent).toHaveLength(2)
    expect([server.signOuts.length, server.cookie]).toEqual([0, 'bob'])
  })

  it('is not tried again while another tab may be signing somebody in', async () => {
    const { clock, session, sent, browser, environment } = await answering(503, 503)
    const { request } = environment.locks!
    let name = ''
    environment.locks!.request = (asked, ...rest) => {
      name = asked
      return request(asked, ...rest)
    }
    const signOut = track(session.signOut())
    await clock.advance(50)
    // Another tab takes the turn, as one does from a tab that seems to have stopped.
    track(browser.locks.of({}).request(name, { steal: true }, () => new Promise(() => {})))
    await clock.advance(60_000)
    expect(signOut.state).toBe('rejected')
    expect(sent).toHaveLength(1)
  })

  it.each([403, 404])('because of a %i is not tried again by itself, but by the app', async (status) => {
    const { server, clock, session, sent } = await answering(status)
    const first = track(session.signOut())
    await clock.advance(60_000)
    expect(first).toMatchObject({ state: 'rejected', error: { code: 'ERR_SIGN_OUT_FAILED', cause: status } })
    expect([sent.length, server.signOuts.length]).toEqual([1, 0])
    const second = track(session.signOut())
    await clock.advance(60_000)
    expect(second.state).toBe('resolved')
    expect(server.cookie).toBeUndefined()
  })

  it('because of a 401 is done: there is nothing left to end', async () => {
    const { clock, session, sent } = await answering(401)
    const signOut = track(session.signOut())
    await clock.advance(0)
    expect(signOut.state).toBe('resolved')
    expect(sent).toHaveLength(1)
  })

  it.each([
    ['a 400', [400, 401], 400, 'resolved'],
    ['a 401 that is not among them', [], 401, 'rejected'],
  ])('because of %s is done if the backend says so with it', async (_, done, status, state) => {
    const { clock, session, server } = await alice({ signOut: { url: '/auth/bye', done } })
    server.onApi = () => new Response(null, { status })
    const signOut = track(session.signOut())
    await clock.advance(60_000)
    expect(signOut.state).toBe(state)
    expect(server.hits).toHaveLength(1)
  })

  it('because a function failed has its error as the cause', async () => {
    const cause = new Error('no')
    const { clock, session } = await alice({ signOut: () => Promise.reject(cause) })
    const signOut = track(session.signOut())
    await clock.advance(0)
    expect(signOut).toMatchObject({ state: 'rejected', error: { code: 'ERR_SIGN_OUT_FAILED', cause } })
  })
})
