import { describe, expect, it } from 'vitest'
import type { AnyEvent, RequestEvent } from '../../src/session/events.ts'
import { json, unauthorized } from '../helpers/fake-server.ts'
import { caught, expired, type MakeClient, signedIn, starting } from './client.ts'

type Arranged = Pick<Awaited<ReturnType<typeof signedIn>>, 'session'>

/** What is told of requests from now on. */
function follow({ session }: Arranged): RequestEvent[] {
  const told: RequestEvent[] = []
  session.subscribe((event: AnyEvent) => 'request' in event && told.push(event), { requests: true })
  return told
}

const typesOf = (events: readonly AnyEvent[]) => events.map(({ type }) => type)

export function describeRequestEvents(name: string, makeClient: MakeClient): void {
  describe(`${name}: the events of requests`, () => {
    it('are not told to who has not asked for them', async () => {
      const { client, events, server, clock } = await expired(makeClient)
      const call = client.send('/api/items')
      await clock.advance(server.lifetime / 2)
      await call
      expect(typesOf(events)).toEqual(['refresh-started', 'refreshed'])
    })

    it('say nothing of a request that a good token carries', async () => {
      const arranged = await signedIn(makeClient)
      const told = follow(arranged)
      const call = arranged.client.send('/api/items')
      await arranged.clock.advance(100)
      await call
      expect(told).toEqual([])
    })

    it('say who waits, why, and for how long; without the query of the URL', async () => {
      const arranged = await expired(makeClient)
      const told = follow(arranged)
      const call = arranged.client.send('/api/items?key=secret#part', { method: 'POST', body: 'x' })
      await arranged.clock.advance(1000)
      await call
      const request = { id: 1, method: 'POST', url: expect.stringMatching(/\/api\/items$/) }
      expect(told).toEqual([
        { type: 'request-held', reason: 'expired', request },
        { type: 'request-sent', waited: 50, request },
      ])
    })

    it('say that a page at its start knows no token yet', async () => {
      const arranged = starting(makeClient)
      const told = follow(arranged)
      const call = arranged.client.send('/api/items')
      await arranged.clock.advance(1000)
      await call
      expect(told[0]).toMatchObject({ type: 'request-held', reason: 'startup' })
    })

    it('tell one request from another, and the retry of each', async () => {
      const arranged = await signedIn(makeClient)
      arranged.server.expireAll()
      const told = follow(arranged)
      const calls = Promise.all(['/api/a', '/api/b'].map((url) => arranged.client.send(url)))
      await arranged.clock.advance(1000)
      await calls
      expect(told.map(({ type, request }) => [type, request.id])).toEqual([
        ['request-held', 1],
        ['request-held', 2],
        ['request-retried', 1],
        ['request-retried', 2],
      ])
      expect(told[0]).toMatchObject({ reason: 'rejected' })
    })

    it('say that a request was given up while it waited', async () => {
      const arranged = await expired(makeClient)
      const told = follow(arranged)
      const controller = new AbortController()
      const call = caught(arranged.client.send('/api/items', { signal: controller.signal }))
      await arranged.clock.advance(20)
      controller.abort()
      await call
      await arranged.clock.advance(0)
      expect(told.at(-1)).toMatchObject({ type: 'request-dropped', waited: 20 })
    })

    it.each([
      [
        'not_expired',
        () => json({}, { status: 401, headers: { 'WWW-Authenticate': 'Basic realm="x"' } }),
        ['request-passed'],
      ],
      ['retried', unauthorized, ['request-held', 'request-retried', 'request-passed']],
    ])('say why a 401 is the caller’s: %s', async (why, answer, types) => {
      const arranged = await signedIn(makeClient)
      arranged.server.onApi = answer
      const told = follow(arranged)
      const call = arranged.client.send('/api/items')
      await arranged.clock.advance(1000)
      expect((await call).status).toBe(401)
      expect(typesOf(told)).toEqual(types)
      expect(told.at(-1)).toMatchObject({ why })
    })

    it('say that a token has only just been issued', async () => {
      const arranged = await signedIn(makeClient)
      arranged.server.onApi = unauthorized
      const first = arranged.client.send('/api/items')
      await arranged.clock.advance(1000)
      await first
      const told = follow(arranged)
      const second = arranged.client.send('/api/items')
      await arranged.clock.advance(1000)
      await second
      expect(told).toMatchObject([{ type: 'request-passed', why: 'just_issued' }])
    })

    it('say that no newer token could be had', async () => {
      const arranged = await signedIn(makeClient, { maxWait: 500 })
      arranged.server.expireAll()
      arranged.server.onRefresh = () => new Response(null, { status: 503 })
      const told = follow(arranged)
      const call = arranged.client.send('/api/items')
      await arranged.clock.advance(1000)
      expect((await call).status).toBe(401)
      expect(told.at(-1)).toMatchObject({ type: 'request-passed', why: 'refresh_failed' })
    })

    it('say that a login call is under way', async () => {
      const arranged = await signedIn(makeClient)
      arranged.server.expireAll()
      const told = follow(arranged)
      const call = arranged.client.send('/api/items')
      void arranged.session.signIn(() => new Promise<string>(() => {})).catch(() => {})
      await arranged.clock.advance(1000)
      expect((await call).status).toBe(401)
      expect(told).toMatchObject([{ type: 'request-passed', why: 'signing_in' }])
    })
  })
}
