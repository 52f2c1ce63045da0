import { describe, expect, it } from 'vitest'
import { createFetch } from '../../src/clients/fetch.ts'
import { InvalidTokenResponseError, SessionEndedError } from '../../src/session/errors.ts'
import type { RefreshContext, RefreshFunction } from '../../src/session/refresh-function.ts'
import { json } from '../helpers/fake-server.ts'
import { track } from '../helpers/track.ts'
import { createWorld } from '../helpers/world.ts'

function start(refresh: RefreshFunction, options = {}) {
  const world = createWorld()
  return { ...world, ...world.open({ refresh, ...options }) }
}

describe('a refresh function', () => {
  it('is given a signal and the reason', async () => {
    const contexts: RefreshContext[] = []
    const { server, clock, session } = start((context) => {
      contexts.push(context)
      return server.issue('alice').access_token
    })
    await clock.advance(0)
    track(session.refresh())
    await clock.advance(6000)
    server.expireAll()
    track(createFetch(session)('/api/me'))
    await clock.advance(45_000)
    clock.sleep(60_000)
    track(session.getAccessToken())
    await clock.advance(0)
    expect(contexts.map(({ reason }) => reason)).toEqual(['startup', 'requested', 'rejected', 'expired'])
    for (const { signal } of contexts) {
      expect(signal).toBeInstanceOf(AbortSignal)
      expect(signal.aborted).toBe(false)
    }
  })

  it('has its signal aborted when its time is over, and not before', async () => {
    const signals: AbortSignal[] = []
    const { clock, events } = start(
      ({ signal }) => {
        signals.push(signal)
        return new Promise<never>(() => {})
      },
      { refreshTimeout: 3000 },
    )
    await clock.advance(2999)
    expect(signals.map(({ aborted }) => aborted)).toEqual([false])
    await clock.advance(1)
    expect(signals.map(({ aborted }) => aborted)).toEqual([true])
    expect(events.at(-1)).toMatchObject({
      type: 'refresh-failed',
      error: { code: 'ERR_REFRESH_UNAVAILABLE' },
    })
  })

  it('may give up by its signal without harm', async () => {
    const { clock, session, events } = start(
      ({ signal }) =>
        new Promise<never>((_, reject) => {
          signal.addEventListener('abort', () => reject(signal.reason))
        }),
      { refreshTimeout: 3000 },
    )
    await clock.advance(3100)
    expect(events.map(({ type }) => type)).toEqual(['refresh-started', 'refresh-failed'])
    expect(session.getSnapshot().status).toBe('loading')
  })

  it.each<[string, RefreshFunction, number | undefined]>([
    ['a bare token, at once', () => 'opaque', undefined],
    ['a bare token', async () => 'opaque', undefined],
    ['a result', async () => ({ accessToken: 'opaque', expiresIn: 60_000 }), 60_000],
    ['a result without an end', async () => ({ accessToken: 'opaque', expiresIn: Infinity }), undefined],
    ['an answer of an endpoint', async () => json({ access_token: 'opaque', expires_in: 60 }), 60_000],
  ])('brings the token: %s', async (_, refresh, lifetime) => {
    const { server, clock, session } = start(refresh)
    const now = clock.now().wall
    await clock.advance(0)
    expect(session.getSnapshot()).toMatchObject({
      status: 'authenticated',
      expiresAt: lifetime && now + lifetime,
    })
    track(createFetch(session)('/api/me'))
    await clock.advance(0)
    expect(server.hits.map(({ authorization }) => authorization)).toEqual(['Bearer opaque'])
    expect(server.refreshes).toHaveLength(0)
  })

  it('may name the end by the local clock', async () => {
    const { clock, session } = start(() => ({
      accessToken: 'opaque',
      expiresAt: Date.UTC(2026, 0, 1, 0, 15),
    }))
    await clock.advance(0)
    expect(session.getSnapshot().expiresAt).toBe(Date.UTC(2026, 0, 1, 0, 15))
  })

  it.each<[string, RefreshFunction]>([
    ['null', () => null],
    ['null, later', async () => null],
    ['an answer of 401', async () => json({}, { status: 401 })],
    ['an error with the status 401', () => Promise.reject(Object.assign(new Error(), { status: 401 }))],
    ['an error of an answer of 403', () => Promise.reject({ response: { status: 403 } })],
    ['an error that says so', () => Promise.reject(new SessionEndedError('expired'))],
  ])('ends the session with %s', async (_, refresh) => {
    const { clock, session } = start(refresh)
    await clock.advance(0)
    expect(session.getSnapshot()).toMatchObject({ status: 'unauthenticated', reason: 'none' })
  })

  it.each<[string, string, RefreshFunction]>([
    ['a rejection', 'ERR_REFRESH_UNAVAILABLE', () => Promise.reject(new TypeError('Failed to fetch'))],
    [
      'an error thrown at once',
      'ERR_REFRESH_UNAVAILABLE',
      () => {
        throw new Error('not ready')
      },
    ],
    [
      'an error of an answer of 503',
      'ERR_REFRESH_UNAVAILABLE',
      () => Promise.reject({ response: { status: 503 } }),
    ],
    ['an answer of 404', 'ERR_REFRESH_MISCONFIGURED', async () => json({}, { status: 404 })],
    ['nothing', 'ERR_INVALID_TOKEN_RESPONSE', (() => undefined) as never],
    [
      'seconds for milliseconds',
      'ERR_INVALID_TOKEN_RESPONSE',
      () => ({ accessToken: 'opaque', expiresIn: 900 }),
    ],
    [
      'an error that says so',
      'ERR_INVALID_TOKEN_RESPONSE',
      () => Promise.reject(new InvalidTokenResponseError('no token')),
    ],
  ])('ends nothing with %s', async (_, code, refresh) => {
    const { clock, session } = start(refresh)
    await clock.advance(0)
    expect(session.getSnapshot()).toMatchObject({ status: 'loading', error: { code } })
  })

  it('that gives a token of an hour by its JWT is refreshed ahead of it', async () => {
    let count = 0
    const { server, clock } = start(() => {
      count++
      server.lifetime = 3_600_000
      return server.issue('alice').access_token
    })
    await clock.advance(3_600_000)
    expect(count).toBe(2)
  })
})
