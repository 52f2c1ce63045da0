import { describe, expect, it } from 'vitest'
import type { Answer } from '../../src/session/answer.ts'
import { json, unauthorized } from '../helpers/fake-server.ts'
import { caught, expired, type MakeClient, signedIn } from './client.ts'

/** Says "expired" in a body, as GraphQL servers do. */
const graphqlError = () => json({ errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] })

export function describeAnswers(name: string, makeClient: MakeClient): void {
  describe(`${name}: what the caller is answered`, () => {
    it('hands on the 401 of the retry as it is', async () => {
      const { client, server, clock } = await signedIn(makeClient)
      server.onApi = () => json({ attempt: server.hits.length }, { status: 401 })
      const call = client.send('/api/never')
      await clock.advance(1000)
      expect(await call).toEqual({ status: 401, body: '{"attempt":2}' })
      expect(server.hits).toHaveLength(2)
      expect(server.refreshes).toHaveLength(1)
    })

    it('does not refresh again for an endpoint that always answers 401 while the token is new', async () => {
      const { client, server, clock } = await signedIn(makeClient)
      server.onApi = unauthorized
      const first = client.send('/api/never')
      await clock.advance(1000)
      await first
      for (let round = 0; round < 3; round++) {
        const again = client.send('/api/never')
        await clock.advance(100)
        expect((await again).status).toBe(401)
      }
      expect(server.refreshes).toHaveLength(1)
      expect(server.hits).toHaveLength(5)
    })

    it('costs an endpoint that always answers 401 at most one refresh per request', async () => {
      const { client, server, clock } = await signedIn(makeClient)
      server.onApi = unauthorized
      for (let round = 1; round <= 3; round++) {
        const call = client.send('/api/never')
        await clock.advance(10_000)
        expect((await call).status).toBe(401)
        expect(server.refreshes).toHaveLength(round)
        expect(server.hits).toHaveLength(2 * round)
      }
    })

    it.each([
      ['no content', 204, null],
      ['null', 200, 'null'],
      ['false', 200, 'false'],
      ['0', 200, '0'],
      ['an empty body', 200, ''],
    ])('hands on %s after a retry', async (_, status, body) => {
      const { client, server, clock } = await signedIn(makeClient)
      server.onApi = () => (server.hits.length === 1 ? unauthorized() : new Response(body, { status }))
      const call = client.send('/api/empty')
      await clock.advance(1000)
      expect(await call).toEqual({ status, body: body ?? '' })
      expect(server.hits).toHaveLength(2)
    })

    it('gives two different POSTs to one URL an answer each, when the token expires', async () => {
      const { client, server, clock } = await signedIn(makeClient)
      server.expireAll()
      const calls = Promise.all(
        ['one', 'two'].map((body) => client.send('/api/items', { method: 'POST', body })),
      )
      await clock.advance(1000)
      const bodies = (await calls).map(({ body }) => JSON.parse(body).body)
      expect(bodies).toEqual(['one', 'two'])
      expect(server.hits.map(({ body }) => body)).toEqual(['one', 'two', 'one', 'two'])
      expect(server.refreshes).toHaveLength(1)
    })

    it('gives two POSTs that waited an answer each, sent once', async () => {
      const { client, server, clock } = await expired(makeClient)
      const calls = Promise.all(
        ['one', 'two'].map((body) => client.send('/api/items', { method: 'POST', body })),
      )
      await clock.advance(1000)
      expect((await calls).map(({ body }) => JSON.parse(body).body)).toEqual(['one', 'two'])
      expect(server.hits.map(({ body }) => body)).toEqual(['one', 'two'])
    })

    it('sends the retry as it sent the first, but for the token', async () => {
      const { client, server, clock } = await signedIn(makeClient)
      server.expireAll()
      const call = client.send('/api/items?page=2&q=a%20b', {
        method: 'PUT',
        body: '{"a":1}',
        headers: { 'Content-Type': 'application/json', 'X-Trace': 'abc', Accept: 'application/json' },
      })
      await clock.advance(1000)
      expect((await call).status).toBe(200)
      const [first, second] = server.hits.map(({ method, url, headers, body }) => {
        const { authorization, ...others } = Object.fromEntries(headers)
        return { authorization, request: { method, url: url.href, body, others } }
      })
      expect(second?.request).toEqual(first?.request)
      expect(first?.request.others).toMatchObject({ 'content-type': 'application/json', 'x-trace': 'abc' })
      expect(second?.authorization).not.toBe(first?.authorization)
    })

    it('lets shouldRefresh find an expiry in a successful answer', async () => {
      const { client, server, clock } = await signedIn(makeClient, {
        shouldRefresh: async ({ text }) => (await text()).includes('UNAUTHENTICATED'),
      })
      server.onApi = () => (server.hits.length === 1 ? graphqlError() : json({ data: 1 }))
      const call = client.send('/graphql', { method: 'POST', body: '{}' })
      await clock.advance(1000)
      expect(await call).toEqual({ status: 200, body: '{"data":1}' })
      expect(server.refreshes).toHaveLength(1)
    })

    it('leaves the body to the caller after shouldRefresh has read it, more than once', async () => {
      const seen: unknown[] = []
      const { client, server, clock } = await signedIn(makeClient, {
        async shouldRefresh({ text, json: parse, status, method, url, headers }) {
          seen.push(status, method, url, headers.get('X-Kind'), await text(), await text(), await parse())
          return false
        },
      })
      server.onApi = () => json({ data: 1 }, { headers: { 'X-Kind': 'fruit' } })
      const call = client.send('https://app.test/graphql', { method: 'post' })
      await clock.advance(1000)
      expect(await call).toEqual({ status: 200, body: '{"data":1}' })
      const body = '{"data":1}'
      expect(seen).toEqual([200, 'POST', 'https://app.test/graphql', 'fruit', body, body, { data: 1 }])
      expect(server.refreshes).toHaveLength(0)
    })

    it('lets shouldRefresh look at the body again after the caller has read it', async () => {
      const answers: Answer[] = []
      const { client, server, clock } = await signedIn(makeClient, {
        async shouldRefresh(answer) {
          answers.push(answer)
          return (await answer.text()) === ''
        },
      })
      server.onApi = () => json({ data: 1 })
      const call = client.send('/api/me')
      await clock.advance(1000)
      expect((await call).body).toBe('{"data":1}')
      expect(await answers[0]?.text()).toBe('{"data":1}')
      expect(await answers[0]?.json()).toEqual({ data: 1 })
    })

    it('gives shouldRefresh undefined for a body that is not JSON', async () => {
      const seen: unknown[] = []
      const { client, server, clock } = await signedIn(makeClient, {
        async shouldRefresh(answer) {
          seen.push(await answer.json())
          return false
        },
      })
      server.onApi = () => new Response('<html>', { status: 502 })
      const call = client.send('/api/broken')
      await clock.advance(1000)
      expect((await call).status).toBe(502)
      expect(seen).toEqual([undefined])
    })

    it('does not ask shouldRefresh about answers to requests without our token', async () => {
      let asked = 0
      const { client, clock } = await signedIn(makeClient, {
        shouldRefresh() {
          asked++
          return true
        },
      })
      const calls = Promise.all([
        client.send('/api/1', { skipAuth: true }),
        client.send('/api/2', { headers: { Authorization: 'Basic eDp5' } }),
        client.send('https://elsewhere.test/api'),
      ])
      await clock.advance(1000)
      expect((await calls).map(({ status }) => status)).toEqual([401, 401, 401])
      expect(asked).toBe(0)
    })

    it('never sends a request again that the network has failed', async () => {
      const { client, server, clock } = await signedIn(makeClient)
      server.onApi = () => Promise.reject(new TypeError('fetch failed'))
      const call = caught(client.send('/api/me', { method: 'POST', body: 'x' }))
      await clock.advance(1000)
      expect(await call).toHaveProperty('message', expect.stringMatching(/fetch failed|Network Error/))
      expect(server.hits).toHaveLength(1)
      expect(server.refreshes).toHaveLength(0)
    })

    it('hands on a network failure of the retry, which is not tried a third time', async () => {
      const { client, server, clock } = await signedIn(makeClient)
      server.onApi = () =>
        server.hits.length === 1 ? unauthorized() : Promise.reject(new TypeError('fetch failed'))
      const call = caught(client.send('/api/me'))
      await clock.advance(1000)
      expect(await call).toHaveProperty('message', expect.stringMatching(/fetch failed|Network Error/))
      expect(server.hits).toHaveLength(2)
      expect(server.refreshes).toHaveLength(1)
    })
  })
}
