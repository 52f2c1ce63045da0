import { describe, expect, it } from 'vitest'
import { track } from '../helpers/track.ts'
import { alice, holdRefreshes } from './arrange.ts'

describe('a login call through a client of the session', () => {
  it.each([
    ['is good', false],
    ['is refused by the server', true],
  ])('is sent once with a wrong password while the token %s', async (_, isRefused) => {
    const { server, clock, page, session, send } = await alice()
    page.isVisible = false
    await clock.advance(10_000)
    if (isRefused) server.expireAll()
    const signIn = track(
      session.signIn(async () => {
        const response = await send('/auth/login', { method: 'POST', body: '{"user":""}' })
        if (!response.ok) throw new Error(`${response.status}`)
        return response
      }),
    )
    await clock.advance(1000)
    expect(signIn).toMatchObject({ state: 'rejected', error: { message: '401' } })
    expect(server.logins).toHaveLength(1)
    expect(server.refreshes).toHaveLength(0)
  })
})

describe('a change of the snapshot', () => {
  it('is told when a sign-in gives up the refresh under way', async () => {
    const { clock, session, login } = await alice()
    let told = session.getSnapshot()
    session.subscribe(() => {
      told = session.getSnapshot()
    })
    track(session.refresh())
    await clock.advance(20)
    expect(told.refreshing).toBe(true)
    track(session.signIn(() => login('')))
    await clock.advance(5000)
    expect(told).toBe(session.getSnapshot())
    expect(told.refreshing).toBe(false)
  })

  it('is told when the only token left is refused during the back-off', async () => {
    const { server, clock, session, send } = await alice()
    let told = session.getSnapshot()
    session.subscribe(() => {
      told = session.getSnapshot()
    })
    await clock.advance(10_000)
    server.onRefresh = () => Response.json({}, { status: 503, headers: { 'Retry-After': '600' } })
    track(session.refresh())
    await clock.advance(100)
    server.expireAll()
    track(send('/api/me'))
    await clock.advance(1000)
    expect(told).toBe(session.getSnapshot())
  })
})

describe('a session that is disposed of', () => {
  const answerNever = () => new Promise<never>(() => {})

  it('leaves no timer behind while a refresh is under way', async () => {
    const { server, clock, session } = await alice()
    server.onRefresh = answerNever
    track(session.refresh())
    await clock.advance(20)
    session.dispose()
    await clock.advance(0)
    expect(clock.timers).toBe(0)
  })

  it('makes no login call any more that was waiting for its turn', async () => {
    const { server, clock, session, login } = await alice()
    server.onRefresh = answerNever
    track(session.refresh())
    await clock.advance(20)
    const signIn = track(session.signIn(() => login('bob')))
    await clock.advance(20)
    session.dispose()
    await clock.advance(60_000)
    expect(signIn).toMatchObject({ state: 'rejected', error: { reason: 'disposed' } })
    expect(server.logins).toHaveLength(0)
  })
})

describe('a refresh that is given up while it waits for its turn', () => {
  it('because of a sign-out is not sent any more', async () => {
    const { server, clock, session } = await alice()
    holdRefreshes(server)
    track(session.refresh())
    await clock.advance(20)
    await session.signIn(server.issue('alice'))
    track(session.refresh())
    await clock.advance(20)
    track(session.signOut())
    await clock.advance(60_000)
    expect(server.refreshes).toHaveLength(1)
  })

  it('because of dispose is not sent any more', async () => {
    const { server, clock, session } = await alice()
    track(session.signOut())
    track(session.refresh())
    await clock.advance(5)
    session.dispose()
    await clock.advance(60_000)
    expect(server.refreshes).toHaveLength(0)
  })
})

describe('dispose right after a sign-out', () => {
  it('leaves no cookie behind, although a refresh is under way', async () => {
    const { server, clock, session } = await alice()
    track(session.refresh())
    await clock.advance(20)
    const signOut = track(session.signOut())
    session.dispose()
    await clock.advance(1000)
    expect(signOut.state).toBe('resolved')
    expect([server.signOuts.length, server.cookie]).toEqual([1, undefined])
  })
})
