import { describe, expect, it } from 'vitest'
import { createCountedSignal } from '../helpers/counted-signal.ts'
import { caught, expired, type MakeClient, signedIn, starting } from './client.ts'

export function describeAborts(name: string, makeClient: MakeClient): void {
  describe(`${name}: aborting`, () => {
    it('rejects a waiting request at once, does not send it, and goes on with the refresh for others', async () => {
      const { client, server, clock } = await expired(makeClient)
      const controller = new AbortController()
      const aborted = caught(client.send('/api/aborted', { signal: controller.signal }))
      const other = client.send('/api/other')
      await clock.advance(10)
      const reason = new Error('the user has left')
      controller.abort(reason)
      client.expectAborted(await aborted, reason)
      await clock.advance(1000)
      expect((await other).status).toBe(200)
      expect(server.hits.map(({ url }) => url.pathname)).toEqual(['/api/other'])
      expect(server.refreshes).toHaveLength(1)
    })

    it('goes on with a refresh whose only request was aborted, for the next one', async () => {
      const { client, server, clock } = starting(makeClient)
      const controller = new AbortController()
      const aborted = caught(client.send('/api/aborted', { signal: controller.signal }))
      await clock.advance(10)
      controller.abort()
      client.expectAborted(await aborted, controller.signal.reason)
      await clock.advance(1000)
      const next = client.send('/api/next')
      await clock.advance(1000)
      expect((await next).status).toBe(200)
      expect(server.refreshes).toHaveLength(1)
    })

    it('rejects with the reason of a signal that timed out', async () => {
      const { client, server, clock } = starting(makeClient)
      const controller = new AbortController()
      const aborted = caught(client.send('/api/me', { signal: controller.signal }))
      await clock.advance(10)
      const reason = new DOMException('The operation timed out.', 'TimeoutError')
      controller.abort(reason)
      client.expectAborted(await aborted, reason)
      expect(server.hits).toHaveLength(0)
    })

    it('rejects a request that waits for its retry, which is then not sent', async () => {
      const { client, server, clock } = await signedIn(makeClient)
      server.expireAll()
      const controller = new AbortController()
      const aborted = caught(client.send('/api/me', { signal: controller.signal }))
      await clock.advance(20)
      expect([server.hits.length, server.refreshes.length]).toEqual([1, 1])
      controller.abort()
      client.expectAborted(await aborted, controller.signal.reason)
      await clock.advance(1000)
      expect(server.hits).toHaveLength(1)
    })

    it.each(['valid', 'expired'])(
      'causes no traffic for a signal aborted before the call, with a token that is %s',
      async (kind) => {
        const { client, server, clock } = await (kind === 'valid' ? signedIn : expired)(makeClient)
        const reason = new Error('too late')
        const error = caught(client.send('/api/me', { signal: AbortSignal.abort(reason) }))
        await clock.advance(1000)
        client.expectAborted(await error, reason)
        expect(server.hits).toHaveLength(0)
        expect(server.refreshes).toHaveLength(0)
      },
    )

    it('aborts the first attempt on the wire', async () => {
      const { client, clock } = await signedIn(makeClient)
      const controller = new AbortController()
      const aborted = caught(client.send('/api/me', { signal: controller.signal }))
      await clock.advance(5)
      controller.abort()
      client.expectAborted(await aborted, controller.signal.reason)
    })

    it('aborts the retry on the wire', async () => {
      const { client, server, clock } = await signedIn(makeClient)
      server.expireAll()
      const controller = new AbortController()
      const aborted = caught(client.send('/api/me', { signal: controller.signal }))
      await clock.advance(65)
      expect(server.hits).toHaveLength(2)
      expect(server.hits[1]?.authorization).not.toBe(server.hits[0]?.authorization)
      controller.abort()
      client.expectAborted(await aborted, controller.signal.reason)
    })

    it('leaves no listener on a signal after 1000 requests that waited', async () => {
      const { client, server, clock } = await expired(makeClient)
      const counted = createCountedSignal()
      const calls = Promise.all(
        Array.from({ length: 1000 }, () => client.send('/api/me', { signal: counted.signal })),
      )
      await clock.advance(0)
      expect(counted.listening).toBe(1000)
      await clock.advance(1000)
      expect((await calls).every(({ status }) => status === 200)).toBe(true)
      expect(server.hits).toHaveLength(1000)
      expect(counted.listening).toBe(0)
    })

    it('leaves no listener on a signal after requests that were rejected, retried or aborted', async () => {
      const { client, server, clock, session } = await signedIn(makeClient)
      const counted = createCountedSignal()
      server.expireAll()
      const retried = client.send('/api/me', { signal: counted.signal })
      await clock.advance(1000)
      expect((await retried).status).toBe(200)
      expect(counted.listening).toBe(0)
      server.expireAll()
      await clock.advance(10_000)
      const handedOn = client.send('/api/me', { signal: counted.signal })
      await clock.advance(20)
      const signOut = session.signOut()
      await clock.advance(1000)
      await signOut
      expect((await handedOn).status).toBe(401)
      expect(counted.listening).toBe(0)
      expect(counted.added).toBeGreaterThan(0)
    })
  })
}
