import { describe, expect, it } from 'vitest'
import type { SessionOptions } from '../../src/session/options.ts'
import { createCountedSignal } from '../helpers/counted-signal.ts'
import { json } from '../helpers/fake-server.ts'
import { track } from '../helpers/track.ts'
import { createWorld } from '../helpers/world.ts'

const unavailable = { state: 'rejected', error: { code: 'ERR_REFRESH_UNAVAILABLE' } }
const down = () => json({}, { status: 503 })

async function signedIn(options: Partial<SessionOptions> = {}) {
  const world = createWorld()
  const token = world.server.issue('alice').access_token
  const opened = world.open(options)
  await opened.session.signIn({ access_token: token, expires_in: 60 })
  await world.clock.advance(0)
  opened.events.length = 0
  return { ...world, ...opened, token }
}

describe('getAccessToken', () => {
  it('resolves at once with a token that is good', async () => {
    const { server, clock, session, token } = await signedIn()
    await clock.advance(30_000)
    expect(await session.getAccessToken()).toBe(token)
    expect(await session.getAccessToken({})).toBe(token)
    expect(await session.getAccessToken({ minTtl: undefined, signal: undefined })).toBe(token)
    expect(await session.getAccessToken({ minTtl: 29_999 })).toBe(token)
    expect(server.refreshes).toHaveLength(0)
  })

  it('waits for a refresh of one that has expired', async () => {
    const { server, clock, session, token } = await signedIn()
    clock.sleep(60_000)
    const calls = [track(session.getAccessToken()), track(session.getAccessToken())]
    await clock.advance(server.refreshDelay - 1)
    expect(calls.map(({ state }) => state)).toEqual(['pending', 'pending'])
    await clock.advance(1)
    expect(calls[0]?.value).toEqual(expect.stringMatching(/^ey/))
    expect(calls[0]?.value).not.toBe(token)
    expect(calls[1]?.value).toBe(calls[0]?.value)
    expect(server.refreshes).toHaveLength(1)
  })

  it('waits for the first refresh of the page', async () => {
    const { server, clock, open } = createWorld()
    const { session, events } = open()
    const call = track(session.getAccessToken())
    await clock.advance(server.refreshDelay)
    expect(call.value).toEqual(expect.stringMatching(/^ey/))
    expect(server.refreshes).toHaveLength(1)
    expect(events[0]).toEqual({ type: 'refresh-started', reason: 'startup' })
  })

  it('inside the margin resolves at once, and refreshes beside it', async () => {
    const { server, clock, page, session, token } = await signedIn()
    page.isVisible = false
    await clock.advance(55_000)
    expect(server.refreshes).toHaveLength(0)
    expect(await session.getAccessToken()).toBe(token)
    await clock.advance(1000)
    expect(server.refreshes).toHaveLength(1)
    expect(await session.getAccessToken()).not.toBe(token)
  })

  it.each([30_000, 30_001, 59_000])(
    'refreshes a token that lives shorter than minTtl: %i',
    async (minTtl) => {
      const { server, clock, session, token, events } = await signedIn()
      await clock.advance(30_000)
      const call = track(session.getAccessToken({ minTtl }))
      await clock.advance(server.refreshDelay)
      expect(call.state).toBe('resolved')
      expect(call.value).not.toBe(token)
      expect(server.refreshes).toHaveLength(1)
      expect(events[0]).toEqual({ type: 'refresh-started', reason: 'requested' })
    },
  )

  it('does not loop for a minTtl that no token reaches', async () => {
    const { server, clock, session } = await signedIn()
    await clock.advance(30_000)
    const first = track(session.getAccessToken({ minTtl: 3_600_000 }))
    await clock.advance(server.refreshDelay)
    expect(first.value).toEqual(expect.stringMatching(/^ey/))
    expect(server.refreshes).toHaveLength(1)
    expect(await session.getAccessToken({ minTtl: 3_600_000 })).toBe(first.value)
    for (let second = 0; second < 600; second++) {
      track(session.getAccessToken({ minTtl: 3_600_000 }))
      await clock.advance(100)
    }
    expect(server.refreshes.length).toBeLessThan(15)
  })

  it('takes a token without a known end as long enough for any minTtl', async () => {
    const { server, session } = await signedIn()
    await session.signIn('opaque')
    expect(await session.getAccessToken({ minTtl: 1e12 })).toBe('opaque')
    expect(server.refreshes).toHaveLength(0)
  })

  it.each([-1, NaN, Infinity, '30', null, {}])('rejects a minTtl of %j', async (minTtl) => {
    const { session } = await signedIn()
    const call = session.getAccessToken({ minTtl: minTtl as number })
    await expect(call).rejects.toThrow(TypeError)
    await expect(call).rejects.toThrow('"minTtl"')
  })

  it('is null for who is signed out, and asks nobody', async () => {
    const { server, clock, session } = await signedIn()
    track(session.signOut())
    expect(await session.getAccessToken()).toBeNull()
    expect(await session.getAccessToken({ minTtl: 30_000 })).toBeNull()
    await clock.advance(60_000)
    expect(server.refreshes).toHaveLength(0)
  })

  it.each([
    ['signs out', 'signOut'],
    ['is gone', 'dispose'],
  ] as const)('is null for who waits while the user %s', async (_, end) => {
    const { clock, session } = await signedIn()
    clock.sleep(60_000)
    const call = track(session.getAccessToken())
    await clock.advance(10)
    session[end]()
    await clock.advance(0)
    expect(call).toMatchObject({ state: 'resolved', value: null })
  })

  it('is null for who waits for a session that turns out to be over', async () => {
    const { server, clock, session } = await signedIn()
    server.cookie = undefined
    clock.sleep(60_000)
    const call = track(session.getAccessToken())
    await clock.advance(server.refreshDelay)
    expect(call).toMatchObject({ state: 'resolved', value: null })
  })

  it('is null for an anonymous visitor', async () => {
    const { server, clock, open } = createWorld()
    server.cookie = undefined
    const { session } = open()
    const call = track(session.getAccessToken())
    await clock.advance(server.refreshDelay)
    expect(call).toMatchObject({ state: 'resolved', value: null })
  })

  it('never is null because of a failure', async () => {
    const { server, clock, session } = await signedIn({ maxWait: 3000 })
    server.onRefresh = down
    clock.sleep(60_000)
    const call = track(session.getAccessToken())
    await clock.advance(3000)
    expect(call).toMatchObject(unavailable)
    expect(session.getSnapshot().status).toBe('authenticated')
  })

  it('is empty text in the cookie-only mode', async () => {
    const { clock, server, open } = createWorld()
    const { session } = open({ refresh: { url: '/auth/refresh', accessToken: false } })
    const call = track(session.getAccessToken())
    await clock.advance(server.refreshDelay)
    expect(call).toMatchObject({ state: 'resolved', value: '' })
  })

  it('waits for a login call that is under way, and gets its token', async () => {
    const { clock, server, open } = createWorld()
    server.cookie = undefined
    const { session } = open()
    await clock.advance(1000)
    server.delay = 500
    const login = track(
      session.signIn(() => server.fetch('/auth/login', { method: 'POST', body: '{"user":"bob"}' })),
    )
    await clock.advance(100)
    const call = track(session.getAccessToken())
    await clock.advance(100)
    expect(call.state).toBe('pending')
    await clock.advance(400)
    expect(login.state).toBe('resolved')
    expect(call.value).toEqual(expect.stringMatching(/^ey/))
    expect(server.refreshes).toHaveLength(1)
  })

  it('is null for who waits for a login call that fails', async () => {
    const { clock, server, open } = createWorld()
    server.cookie = undefined
    const { session } = open()
    await clock.advance(1000)
    const login = track(
      session.signIn(async () => {
        await server.fetch('/auth/login', { method: 'POST', body: '{}' })
        throw new Error('wrong password')
      }),
    )
    await clock.advance(0)
    const call = track(session.getAccessToken())
    await clock.advance(1000)
    expect(login).toMatchObject({ state: 'rejected', error: { message: 'wrong password' } })
    expect(call).toMatchObject({ state: 'resolved', value: null })
  })
})

describe('the signal of getAccessToken', () => {
  it('ends the waiting with its reason, for its caller alone', async () => {
    const { server, clock, session } = await signedIn()
    clock.sleep(60_000)
    const { controller, signal } = createCountedSignal()
    const aborted = track(session.getAccessToken({ signal }))
    const other = track(session.getAccessToken())
    await clock.advance(10)
    const reason = new Error('the user has gone elsewhere')
    controller.abort(reason)
    await clock.advance(0)
    expect(aborted).toMatchObject({ state: 'rejected', error: reason })
    expect(other.state).toBe('pending')
    await clock.advance(server.refreshDelay)
    expect(other.value).toEqual(expect.stringMatching(/^ey/))
    expect(server.refreshes).toHaveLength(1)
  })

  it.each([0, 60_000])('that was aborted before asks for nothing, %i ms later', async (later) => {
    const { server, clock, session } = await signedIn()
    clock.sleep(later)
    const reason = new Error('too late')
    const call = track(session.getAccessToken({ signal: AbortSignal.abort(reason) }))
    await clock.advance(0)
    expect(call.error).toBe(reason)
    expect(server.refreshes).toHaveLength(0)
  })

  it('is left alone once the token is there, and where none was needed', async () => {
    const { server, clock, session } = await signedIn()
    const counted = createCountedSignal()
    await session.getAccessToken({ signal: counted.signal })
    expect(counted.listening).toBe(0)
    clock.sleep(60_000)
    const call = track(session.getAccessToken({ signal: counted.signal }))
    expect(counted.listening).toBe(1)
    await clock.advance(server.refreshDelay)
    expect(call.state).toBe('resolved')
    expect(counted.listening).toBe(0)
  })
})
