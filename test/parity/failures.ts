import { describe, expect, it, onTestFinished } from 'vitest'
import { isSilentRefreshError } from '../../src/session/errors.ts'
import { json } from '../helpers/fake-server.ts'
import { caught, expired, type MakeClient, signedIn, starting } from './client.ts'

const unavailable = [
  ['a network failure', () => Promise.reject(new TypeError('Failed to fetch'))],
  ['a 408', () => json({}, { status: 408 })],
  ['a 425', () => json({}, { status: 425 })],
  ['a 429', () => json({}, { status: 429, headers: { 'Retry-After': '30' } })],
  ['a 500', () => json({}, { status: 500 })],
  ['a 503', () => json({}, { status: 503 })],
] as const

const misled = [
  ['a 404', 'ERR_REFRESH_MISCONFIGURED', () => json({}, { status: 404 })],
  ['a 405', 'ERR_REFRESH_MISCONFIGURED', () => json({}, { status: 405 })],
  ['a success without a token', 'ERR_INVALID_TOKEN_RESPONSE', () => json({ ok: true })],
  [
    'the web page of a captive portal',
    'ERR_INVALID_TOKEN_RESPONSE',
    () => new Response('<html>', { headers: { 'Content-Type': 'text/html' } }),
  ],
] as const

export function describeFailures(name: string, makeClient: MakeClient): void {
  function countUnhandled(): () => number {
    let count = 0
    const listener = () => {
      count++
    }
    process.on('unhandledRejection', listener)
    onTestFinished(() => {
      process.off('unhandledRejection', listener)
    })
    return () => count
  }

  describe(`${name}: when no token can be had`, () => {
    it.each([400, 401, 403, 422])(
      'hands every caller its original 401 when the refresh is refused with %i, and ends the session once',
      async (status) => {
        const unhandled = countUnhandled()
        const { client, server, clock, session, events } = await expired(makeClient)
        server.lifetime = 600_000
        await session.signIn(server.issue('alice'))
        await clock.advance(0)
        server.expireAll()
        events.length = 0
        server.onRefresh = () => json({ error: 'invalid_grant' }, { status })
        const calls = Promise.all(['/api/1', '/api/2', '/api/3'].map((url) => client.send(url)))
        await clock.advance(1000)
        const outcomes = await calls
        expect(outcomes).toEqual(Array(3).fill({ status: 401, body: '{"code":"token_expired"}' }))
        expect(session.getSnapshot()).toMatchObject({ status: 'unauthenticated', reason: 'expired' })
        expect(events.filter(({ type }) => type === 'ended')).toHaveLength(1)
        expect(server.refreshes).toHaveLength(1)
        expect(server.hits).toHaveLength(3)
        expect(unhandled()).toBe(0)
      },
    )

    it('rejects with the end of the session what was never sent', async () => {
      const unhandled = countUnhandled()
      const { client, server, clock } = await expired(makeClient)
      server.cookie = undefined
      const calls = Promise.all(['/api/1', '/api/2'].map((url) => caught(client.send(url))))
      await clock.advance(1000)
      for (const error of await calls) {
        expect(isSilentRefreshError(client.typedError(error))).toBe(true)
        expect(client.typedError(error)).toMatchObject({ code: 'ERR_SESSION_ENDED', reason: 'expired' })
      }
      expect(server.hits).toHaveLength(0)
      expect(unhandled()).toBe(0)
    })

    it.each(unavailable)('hands on the original 401 when the refresh meets %s', async (_, answer) => {
      const { client, server, clock, session } = await signedIn(makeClient)
      server.expireAll()
      server.onRefresh = answer
      const call = client.send('/api/me')
      await clock.advance(20_000)
      expect(await call).toEqual({ status: 401, body: '{"code":"token_expired"}' })
      expect(session.getSnapshot().status).toBe('authenticated')
      expect(server.hits).toHaveLength(1)
    })

    it.each(unavailable)(
      'rejects as unavailable what was never sent when the refresh meets %s, and keeps the session',
      async (_, answer) => {
        const unhandled = countUnhandled()
        const { client, server, clock, session, page } = await expired(makeClient)
        server.onRefresh = answer
        const calls = Promise.all(['/api/1', '/api/2', '/api/3'].map((url) => caught(client.send(url))))
        await clock.advance(20_000)
        for (const error of await calls) {
          expect(client.typedError(error)).toMatchObject({ code: 'ERR_REFRESH_UNAVAILABLE' })
        }
        expect(server.hits).toHaveLength(0)
        expect(session.getSnapshot()).toMatchObject({ status: 'authenticated', stale: true })
        server.onRefresh = undefined
        page.send('online')
        const next = client.send('/api/next')
        await clock.advance(1000)
        expect((await next).status).toBe(200)
        expect(unhandled()).toBe(0)
      },
    )

    it('tries again for requests that wait, and sends them once a refresh succeeds', async () => {
      const { client, server, clock } = await expired(makeClient)
      server.onRefresh = () => (server.refreshes.length < 3 ? json({}, { status: 503 }) : undefined)
      const calls = Promise.all(['/api/1', '/api/2', '/api/3'].map((url) => client.send(url)))
      await clock.advance(15_000)
      expect((await calls).map(({ status }) => status)).toEqual([200, 200, 200])
      expect(server.refreshes).toHaveLength(3)
      expect(server.hits).toHaveLength(3)
    })

    it('rejects at its own deadline a request whose refresh never answers', async () => {
      const { client, server, clock } = await expired(makeClient, { maxWait: 3000 })
      server.onRefresh = () => new Promise<never>(() => {})
      const call = caught(client.send('/api/me'))
      await clock.advance(2999)
      await clock.advance(1)
      expect(client.typedError(await call)).toMatchObject({ code: 'ERR_REFRESH_UNAVAILABLE' })
      expect(server.hits).toHaveLength(0)
    })

    it.each(misled)(
      'rejects at once, and does not loop, when the refresh is answered by %s',
      async (...row) => {
        const [, code, answer] = row
        const { client, server, clock, session } = await expired(makeClient)
        server.onRefresh = answer
        const call = caught(client.send('/api/me'))
        await clock.advance(1000)
        expect(client.typedError(await call)).toMatchObject({ code })
        await clock.advance(60_000)
        expect(server.refreshes).toHaveLength(1)
        expect(session.getSnapshot().status).toBe('authenticated')
      },
    )

    it('rejects who waits when the user signs out, and sends nothing', async () => {
      const { client, server, clock, session } = await expired(makeClient)
      const call = caught(client.send('/api/me'))
      await clock.advance(10)
      const signOut = session.signOut()
      expect(client.typedError(await call)).toMatchObject({ code: 'ERR_SESSION_ENDED', reason: 'signed_out' })
      await clock.advance(1000)
      await signOut
      expect(server.hits).toHaveLength(0)
    })

    it('hands on the original 401 when the user signs out during the refresh', async () => {
      const { client, server, clock, session } = await signedIn(makeClient)
      server.expireAll()
      const call = client.send('/api/me')
      await clock.advance(20)
      expect(server.refreshes).toHaveLength(1)
      const signOut = session.signOut()
      await clock.advance(1000)
      await signOut
      expect((await call).status).toBe(401)
      expect(server.hits).toHaveLength(1)
    })

    it('sends nothing during a refresh that somebody else ended by signing in', async () => {
      const { client, server, clock, session } = starting(makeClient)
      const call = caught(client.send('/api/me'))
      await clock.advance(10)
      await session.signIn(server.issue('bob'))
      await clock.advance(1000)
      expect(client.typedError(await call)).toMatchObject({ code: 'ERR_SESSION_ENDED' })
      expect(server.hits).toHaveLength(0)
    })
  })
}
