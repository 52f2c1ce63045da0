import { describe, expect, it } from 'vitest'
import { json } from '../helpers/fake-server.ts'
import { type MakeClient, signedIn } from './client.ts'

const only = { status: [401, 419], code: { path: 'errors.0.code', only: ['TOKEN_EXPIRED', '17'] } }
const except = { code: { path: 'code', except: ['user_inactive'] } }
const withCode = (code: unknown, status = 401, headers?: HeadersInit) =>
  json({ errors: [{ code }] }, { status, ...(headers && { headers }) })

export function describeRules(name: string, makeClient: MakeClient): void {
  describe(`${name}: a rule for what "expired" looks like`, () => {
    it.each([
      ['its code', () => withCode('TOKEN_EXPIRED')],
      ['its code as a number', () => withCode(17)],
      ['another of its statuses', () => withCode('TOKEN_EXPIRED', 419)],
      ['no code at all, as a proxy answers', () => new Response('<h1>401</h1>', { status: 401 })],
      ['a code that is no text', () => withCode({ a: 1 })],
    ])('refreshes for %s', async (_, answer) => {
      const { client, server, clock } = await signedIn(makeClient, { shouldRefresh: only })
      server.onApi = () => (server.hits.length === 1 ? answer() : undefined)
      const call = client.send('/api/items', { method: 'POST', body: 'x' })
      await clock.advance(1000)
      expect((await call).status).toBe(200)
      expect(server.refreshes).toHaveLength(1)
    })

    it.each([
      ['another code', () => withCode('INVALID_CREDENTIALS')],
      ['another number', () => withCode(18)],
      ['its code with another status', () => withCode('TOKEN_EXPIRED', 403)],
      [
        'its code with a step-up challenge',
        () =>
          withCode('TOKEN_EXPIRED', 401, {
            'WWW-Authenticate': 'Bearer error="insufficient_user_authentication"',
          }),
      ],
    ])('does not refresh for %s, and hands on its body whole', async (_, answer) => {
      const { client, server, clock } = await signedIn(makeClient, { shouldRefresh: only })
      server.onApi = answer
      const call = client.send('/api/items')
      await clock.advance(1000)
      expect(await call).toEqual({ status: answer().status, body: await answer().text() })
      expect(server.refreshes).toHaveLength(0)
      expect(server.hits).toHaveLength(1)
    })

    it('may name the codes that do not count', async () => {
      const { client, server, clock } = await signedIn(makeClient, { shouldRefresh: except })
      for (const [code, refreshes] of [
        ['user_inactive', 0],
        ['token_not_valid', 1],
      ] as const) {
        server.onApi = () => json({ code }, { status: 401 })
        const call = client.send('/api/items')
        await clock.advance(10_000)
        await call
        expect(server.refreshes).toHaveLength(refreshes)
      }
    })
  })

  describe(`${name}: a header of its own for the token`, () => {
    it('carries it, with its scheme, on the first try and on the retry', async () => {
      const { client, server, clock } = await signedIn(makeClient, {
        tokenHeader: 'X-Auth-Token',
        scheme: '',
      })
      server.onApi = () => (server.hits.length === 1 ? json({}, { status: 401 }) : json({}))
      const call = client.send('/api/items')
      await clock.advance(1000)
      expect((await call).status).toBe(200)
      const sent = server.hits.map(({ headers }) => headers.get('X-Auth-Token'))
      expect(sent).toEqual([expect.stringMatching(/^ey/), expect.stringMatching(/^ey/)])
      expect(new Set(sent).size).toBe(2)
      expect(server.hits.map(({ authorization }) => authorization)).toEqual([null, null])
    })

    it('leaves a caller their own, and an Authorization too', async () => {
      const { client, server, clock } = await signedIn(makeClient, { tokenHeader: 'X-Auth-Token' })
      server.onApi = () => json({})
      for (const headers of [{ 'x-auth-token': 'mine' }, { Authorization: 'Basic x' }]) {
        const call = client.send('/api/items', { headers })
        await clock.advance(100)
        await call
      }
      const sent = server.hits.map(({ headers, authorization }) => [
        headers.get('X-Auth-Token'),
        authorization,
      ])
      expect(sent).toEqual([
        ['mine', null],
        [expect.stringMatching(/^Bearer ey/), 'Basic x'],
      ])
    })
  })
}
