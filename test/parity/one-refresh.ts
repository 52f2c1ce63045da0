import { describe, expect, it } from 'vitest'
import { makeJwt } from '../helpers/jwt.ts'
import { caught, deferred, expired, type MakeClient, signedIn, starting } from './client.ts'

export function describeOneRefresh(name: string, makeClient: MakeClient): void {
  describe(`${name}: one refresh for all`, () => {
    it.each([1, 5, 100])(
      'refreshes once and retries each of %i requests once, in order, when all meet a 401',
      async (count) => {
        const { client, server, clock } = await signedIn(makeClient)
        server.expireAll()
        const paths = Array.from({ length: count }, (_, index) => `/api/${index}`)
        const calls = Promise.all(paths.map((path) => client.send(path)))
        await clock.advance(1000)
        const outcomes = await calls
        expect(outcomes.map(({ status }) => status)).toEqual(Array(count).fill(200))
        expect(server.refreshes).toHaveLength(1)
        expect(server.hits.map(({ url }) => url.pathname)).toEqual([...paths, ...paths])
      },
    )

    it('sends a request that is begun during a refresh once, with the new token', async () => {
      const { client, server, clock } = await signedIn(makeClient)
      server.expireAll()
      const first = client.send('/api/first')
      await clock.advance(20)
      expect(server.refreshes).toHaveLength(1)
      const second = client.send('/api/second')
      await clock.advance(0)
      expect(server.hits).toHaveLength(1)
      await clock.advance(1000)
      expect([(await first).status, (await second).status]).toEqual([200, 200])
      expect(server.hits.map(({ url }) => url.pathname).sort()).toEqual([
        '/api/first',
        '/api/first',
        '/api/second',
      ])
      expect(server.hits[1]?.authorization).not.toBe(server.hits[0]?.authorization)
      expect(server.hits[2]?.authorization).toBe(server.hits[1]?.authorization)
    })

    it.each([1, 5, 100])(
      'lets %i requests of a page that has just loaded wait for one refresh',
      async (count) => {
        const { client, server, clock } = starting(makeClient)
        const calls = Promise.all(Array.from({ length: count }, (_, index) => client.send(`/api/${index}`)))
        await clock.advance(0)
        expect(server.hits).toHaveLength(0)
        await clock.advance(1000)
        expect(new Set((await calls).map(({ status }) => status))).toEqual(new Set([200]))
        expect(server.refreshes).toHaveLength(1)
        expect(server.hits).toHaveLength(count)
      },
    )

    it('refreshes again for a token that came so late that its life is over', async () => {
      const { client, server, clock } = starting(makeClient)
      server.lifetime = 5000
      server.refreshDelay = 4500
      server.delay = 700
      const call = client.send('/api/items')
      await clock.advance(4600)
      server.refreshDelay = 50
      server.expireAll()
      await clock.advance(5000)
      expect((await call).status).toBe(200)
      expect(server.refreshes).toHaveLength(2)
    })

    it('lets requests wait for one refresh when the token has run out', async () => {
      const { client, server, clock } = await expired(makeClient)
      const calls = Promise.all(['/api/1', '/api/2', '/api/3'].map((url) => client.send(url)))
      await clock.advance(1000)
      expect((await calls).map(({ status }) => status)).toEqual([200, 200, 200])
      expect(server.refreshes).toHaveLength(1)
      expect(server.hits).toHaveLength(3)
    })

    it('answers a late 401 for the old token with one retry and no further refresh', async () => {
      const { client, server, clock } = await signedIn(makeClient)
      const held = deferred()
      server.onApi = async ({ url }) => {
        if (url.pathname === '/api/slow' && server.hits.length === 1) await held.promise
        return undefined
      }
      const slow = client.send('/api/slow')
      await clock.advance(0)
      server.expireAll()
      const quick = client.send('/api/quick')
      await clock.advance(1000)
      expect((await quick).status).toBe(200)
      held.resolve()
      await clock.advance(1000)
      expect((await slow).status).toBe(200)
      expect(server.refreshes).toHaveLength(1)
      expect(server.hits).toHaveLength(4)
      expect(server.hits[3]?.authorization).toBe(server.hits[2]?.authorization)
    })

    it('answers a late 401 with the token of a sign-in that the same user made meanwhile', async () => {
      const { client, server, clock, session } = await signedIn(makeClient)
      const slow = client.send('/api/slow')
      await clock.advance(0)
      server.expireAll()
      await session.signIn(server.issue('alice'))
      await clock.advance(1000)
      expect((await slow).status).toBe(200)
      expect(server.refreshes).toHaveLength(0)
      expect(server.hits).toHaveLength(2)
    })

    it("hands on a late 401 rather than retry it with another user's token", async () => {
      const { client, server, clock, session } = await signedIn(makeClient)
      const slow = client.send('/api/slow')
      await clock.advance(0)
      server.expireAll()
      await session.signIn(server.issue('bob'))
      await clock.advance(1000)
      expect((await slow).status).toBe(401)
      expect(server.refreshes).toHaveLength(0)
      expect(server.hits).toHaveLength(1)
    })

    it("never sends a request that waited for one user's token with another user's", async () => {
      const { client, server, clock, session } = await expired(makeClient)
      const waiting = caught(client.send('/api/mine'))
      await clock.advance(10)
      await session.signIn(server.issue('bob'))
      await clock.advance(1000)
      expect(client.typedError(await waiting)).toMatchObject({
        code: 'ERR_SESSION_ENDED',
        reason: 'replaced',
      })
      expect(server.hits).toHaveLength(0)
    })

    it('refreshes again for an expiry that comes while a retried request is still slow', async () => {
      const { client, server, clock } = await signedIn(makeClient)
      const held = deferred()
      server.onApi = async ({ url }) => {
        if (url.pathname === '/api/slow' && server.hits.length === 2) await held.promise
        return undefined
      }
      server.expireAll()
      const slow = client.send('/api/slow')
      await clock.advance(10_000)
      server.expireAll()
      const other = client.send('/api/other')
      await clock.advance(1000)
      expect((await other).status).toBe(200)
      expect(server.refreshes).toHaveLength(2)
      held.resolve()
      await clock.advance(1000)
      expect(await slow).toMatchObject({ status: 401 })
      expect(server.refreshes).toHaveLength(2)
    })

    it('sends at once while the token is valid, and refreshes beside it when its end is near', async () => {
      const { client, server, clock, page } = await signedIn(makeClient)
      page.isVisible = false
      await clock.advance(55_000)
      expect(server.refreshes).toHaveLength(0)
      const call = client.send('/api/me')
      await clock.advance(0)
      expect([server.hits.length, server.refreshes.length]).toEqual([1, 1])
      await clock.advance(1000)
      expect((await call).status).toBe(200)
      expect(server.hits).toHaveLength(1)
    })

    it('works with opaque tokens, and with malformed ones', async () => {
      for (const token of ['opaque', `${makeJwt({}).slice(0, 20)}.%%%.x`]) {
        const { client, server, clock, session } = await signedIn(makeClient)
        await session.signIn(token)
        const call = client.send('/api/me')
        await clock.advance(1000)
        expect((await call).status).toBe(200)
        expect(server.hits[0]?.authorization).toBe(`Bearer ${token}`)
        expect(server.refreshes).toHaveLength(1)
      }
    })
  })
}
