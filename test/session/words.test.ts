import { describe, expect, it } from 'vitest'
import { createFetch } from '../../src/clients/fetch.ts'
import type { SessionOptions } from '../../src/session/options.ts'
import { json } from '../helpers/fake-server.ts'
import { track } from '../helpers/track.ts'
import { createWorld } from '../helpers/world.ts'
import { alice } from './arrange.ts'

/** What a request is told that needs a refresh, which comes to this. */
async function toldOf(options: Partial<SessionOptions>, answer?: () => Response) {
  const { open, server, clock } = createWorld()
  const { session } = open(options)
  server.onRefresh = answer
  const call = track(createFetch(session)('/api/me'))
  await clock.advance(20_000)
  return call.error as Error
}

/** What a sign-out is told. */
async function signedOutOf(options: Partial<SessionOptions>, answer?: () => Promise<Response>) {
  const { session, clock, server } = await alice(options)
  server.onApi = answer
  const out = track(session.signOut())
  await clock.advance(120_000)
  return out.error as Error & { cause: Error }
}

describe('an error says in words', () => {
  it('that the session is over, and why', async () => {
    const { session, server, send, clock } = await alice({ refreshMargin: 0 })
    clock.sleep(server.lifetime)
    const call = track(send('/api/me'))
    track(session.signOut())
    await clock.advance(1000)
    expect(call.error).toMatchObject({
      name: 'SessionEndedError',
      message: 'The session is over (signed_out).',
    })
  })

  it('that the refresh endpoint is none', async () => {
    const error = await toldOf({}, () => new Response(null, { status: 404 }))
    expect(error.name).toBe('RefreshMisconfiguredError')
    expect(error.message).toMatch(/404.*Is its URL right, and does it take this method\?/)
  })

  it('that no token could be had', async () => {
    const error = await toldOf({}, () => new Response(null, { status: 503 }))
    expect(error.name).toBe('RefreshUnavailableError')
    expect(error.message).toContain('503')
  })

  it('that an expiry is meant in milliseconds', async () => {
    const error = await toldOf({ refresh: () => ({ accessToken: 'a-token', expiresIn: 900 }) })
    expect(error.name).toBe('InvalidTokenResponseError')
    expect(error.message).toContain('expiresIn and expiresAt are milliseconds')
  })

  it('that the new token is the old one', async () => {
    const { session, server, clock } = await alice()
    const token = server.issue('alice')
    track(session.signIn(token))
    await clock.advance(100)
    server.onRefresh = () => json(token)
    const refresh = track(session.refresh())
    await clock.advance(100)
    expect((refresh.error as Error).message).toContain('the token it was to replace')
  })

  it('that a login call was refused', async () => {
    const { session, clock } = await alice()
    const signIn = track(session.signIn(async () => new Response(null, { status: 500 })))
    await clock.advance(100)
    expect((signIn.error as Error).message).toBe('The login call was answered 500.')
  })

  it.each<[string, Partial<SessionOptions>, string]>([
    ['said no', { signOut: '/api/logout' }, 'The sign-out endpoint answered 400.'],
    ['failed', { signOut: () => Promise.reject(new Error('theirs')) }, 'The sign-out function failed.'],
  ])('that the sign-out %s', async (_, options, message) => {
    const error = await signedOutOf(options, async () => new Response(null, { status: 400 }))
    expect([error.name, error.message]).toEqual(['SignOutFailedError', message])
  })

  it('that nobody answers a sign-out, and how long that was waited for', async () => {
    const error = await signedOutOf(
      { signOut: '/api/logout', refreshTimeout: 3000 },
      () => new Promise(() => {}),
    )
    expect(error.message).toBe('The sign-out endpoint could not be reached.')
    expect(error.cause.message).toBe('There was no answer in 3000 ms.')
  })
})

describe('an event says in words', () => {
  it('that a refresh function found nobody', async () => {
    const { open, clock } = createWorld()
    const { events } = open({ refresh: () => null })
    await clock.advance(100)
    expect(events.at(-1)).toEqual({
      type: 'ended',
      reason: 'none',
      message: 'The refresh function says that the session is over.',
    })
  })

  it('that a refusal has been put off', async () => {
    const { session, server, clock, events } = await alice()
    server.cookie = undefined
    track(session.refresh())
    await clock.advance(100)
    expect(events.at(-1)).toMatchObject({
      type: 'refresh-failed',
      error: { name: 'SessionEndedError', reason: 'expired', message: expect.stringContaining('401') },
    })
  })
})

describe('a sign-out that is not answered', () => {
  it('is tried again after longer and longer pauses', async () => {
    const { session, server, clock, environment } = await alice({ signOut: '/api/logout' })
    server.onApi = () => new Response(null, { status: 503 })
    environment.random = () => 0
    track(session.signOut())
    await clock.advance(120_000)
    const times = server.hits.map(({ at }) => at)
    const pauses = times.slice(1).map((at, index) => at - (times[index] ?? 0) - server.delay)
    expect(pauses).toEqual([250, 500])
  })
})
