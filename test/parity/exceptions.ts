import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { unauthorized } from '../helpers/fake-server.ts'
import { caught, type MakeClient, signedIn, starting } from './client.ts'

export function describeExceptions(name: string, makeClient: MakeClient): void {
  describe(`${name}: requests that are sent as they are`, () => {
    it('passes on a wrong password at an excluded login URL after one request', async () => {
      const { client, server, clock } = await signedIn(makeClient, { exclude: ['/auth/login'] })
      const call = client.send('/auth/login', { method: 'POST', body: '{}' })
      await clock.advance(1000)
      expect(await call).toEqual({ status: 401, body: '{"code":"invalid_credentials"}' })
      expect(server.logins).toHaveLength(1)
      expect(server.logins[0]?.authorization).toBeNull()
      expect(server.refreshes).toHaveLength(0)
    })

    it('does not let a login at an excluded URL wait for the first refresh', async () => {
      const { client, server, clock } = starting(makeClient, { exclude: ['/auth/login'] })
      const call = client.send('/auth/login', { method: 'POST', body: '{"user":"bob"}' })
      await clock.advance(10)
      expect((await call).status).toBe(200)
      expect(server.logins).toHaveLength(1)
    })

    it.each(['/auth/refresh', '/auth/logout', '/auth/refresh?x=1', 'https://app.test/auth/refresh#x'])(
      'neither waits, refreshes nor retries for the session’s own URL %s',
      async (url) => {
        const { client, server, clock } = await signedIn(makeClient)
        server.cookie = undefined
        const call = client.send(url, { method: 'POST' })
        await clock.advance(1000)
        await call
        const [hit, ...more] = [...server.refreshes, ...server.signOuts]
        expect(more).toEqual([])
        expect(hit?.authorization).toBeNull()
      },
    )

    it.each([
      ['/public/a', '/public/a'],
      ['/public/a', '/public/a?x=/api'],
      ['/public/a', '/public/../public/a'],
      ['https://app.test/public/a', '/public/a'],
      [/^https:\/\/app\.test\/public\//, '/public/b?x#y'],
      [/\?.*anonymous/g, '/api/me?anonymous=1'],
    ])('leaves out what is excluded by %s: %s', async (entry, url) => {
      const { client, server, clock } = await signedIn(makeClient, { exclude: [entry] })
      server.onApi = unauthorized
      for (let round = 1; round <= 2; round++) {
        const call = client.send(url)
        await clock.advance(1000)
        expect((await call).status).toBe(401)
        expect(server.hits).toHaveLength(round)
      }
      expect(server.hits.map(({ authorization }) => authorization)).toEqual([null, null])
      expect(server.refreshes).toHaveLength(0)
    })

    it.each([
      ['/public/a', '/public/a/'],
      ['/public/a', '/public/ab'],
      ['/public/a', '/api/public/a'],
      ['/public', '/public/a'],
      ['/public/a', '/api/me?next=/public/a'],
      [/^\/api/, '/api/me'],
    ])('does not leave out by %s what it does not match: %s', async (entry, url) => {
      const { client, server, clock } = await signedIn(makeClient, { exclude: [entry] })
      const call = client.send(url)
      await clock.advance(1000)
      await call
      expect(server.hits[0]?.authorization).toMatch(/^Bearer /)
    })

    it('passes on a 401 to a visitor who is signed out, without asking again', async () => {
      const { client, server, clock } = starting(makeClient, { hasSession: () => false })
      const call = client.send('/api/me')
      await clock.advance(1000)
      expect((await call).status).toBe(401)
      expect(server.hits[0]?.authorization).toBeNull()
      expect(server.hits).toHaveLength(1)
      expect(server.refreshes).toHaveLength(0)
    })

    it('sends the requests of an anonymous visitor as they are after one refresh has found nobody', async () => {
      const { client, server, clock } = starting(makeClient)
      server.cookie = undefined
      const calls = Promise.all([client.send('/api/1'), client.send('/public/2')])
      await clock.advance(1000)
      expect((await calls).map(({ status }) => status)).toEqual([401, 200])
      const later = client.send('/api/3')
      await clock.advance(1000)
      expect((await later).status).toBe(401)
      expect(server.refreshes).toHaveLength(1)
      expect(server.hits).toHaveLength(3)
    })

    it('sends without a token, and passes on the 401, after a sign-out', async () => {
      const { client, server, clock, session } = await signedIn(makeClient)
      const signOut = session.signOut()
      const call = client.send('/api/me')
      await clock.advance(1000)
      await signOut
      expect((await call).status).toBe(401)
      expect(server.hits.map(({ authorization }) => authorization)).toEqual([null])
      expect(server.refreshes).toHaveLength(0)
    })

    it.each(['Basic eDp5', 'Bearer of-the-caller', 'ApiKey 1'])(
      'neither changes nor retries a request with an Authorization of its own: %s',
      async (own) => {
        const { client, server, clock } = await signedIn(makeClient)
        for (const header of ['Authorization', 'authorization', 'AUTHORIZATION']) {
          const call = client.send('/api/me', { headers: { [header]: own } })
          await clock.advance(1000)
          expect((await call).status).toBe(401)
        }
        expect(server.hits.map(({ authorization }) => authorization)).toEqual([own, own, own])
        expect(server.refreshes).toHaveLength(0)
      },
    )

    it('neither adds a token to, waits for nor retries a request that asks to skip it', async () => {
      const { client, server, clock } = starting(makeClient)
      const call = client.send('/api/me', { skipAuth: true })
      await clock.advance(10)
      expect((await call).status).toBe(401)
      expect(server.hits.map(({ authorization }) => authorization)).toEqual([null])
      await clock.advance(1000)
      const later = client.send('/api/me', { skipAuth: true })
      await clock.advance(1000)
      expect((await later).status).toBe(401)
      expect(server.hits.map(({ authorization }) => authorization)).toEqual([null, null])
      expect(server.refreshes).toHaveLength(1)
    })

    it('sends without a token after dispose, and rejects who was waiting', async () => {
      const { client, server, clock, session } = starting(makeClient)
      const waiting = caught(client.send('/api/waiting'))
      await clock.advance(10)
      session.dispose()
      vi.stubGlobal('fetch', server.fetch)
      onTestFinished(() => {
        vi.unstubAllGlobals()
      })
      expect(client.typedError(await waiting)).toMatchObject({
        code: 'ERR_SESSION_ENDED',
        reason: 'disposed',
      })
      const call = client.send('/api/me')
      await clock.advance(1000)
      expect((await call).status).toBe(401)
      expect(server.hits.map(({ authorization }) => authorization)).toEqual([null])
    })
  })
}
