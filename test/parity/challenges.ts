import { describe, expect, it } from 'vitest'
import { json } from '../helpers/fake-server.ts'
import { type MakeClient, signedIn } from './client.ts'

const expiry = [
  undefined,
  '',
  'Bearer',
  'bearer',
  'BEARER error="invalid_token"',
  'Bearer realm="api"',
  'Bearer realm="insufficient_scope"',
  'Bearer realm="a, Basic b", error="invalid_token"',
  'Bearer realm="say \\"error=insufficient_scope\\""',
  'Bearer error=invalid_token',
  'Bearer error = "invalid_token"',
  'Bearer error="invalid_token", error_description="insufficient_scope"',
  'Basic realm="x", Bearer error="invalid_token"',
  'Bearer error="invalid_token", Basic realm="x"',
  'Negotiate, Bearer',
  'Bearer, DPoP error="use_dpop_nonce"',
  'Digest qop="auth, auth-int", nonce="x==", Bearer',
] as const

const otherwise = [
  'Basic',
  'Basic realm="x"',
  'Basic realm="Bearer"',
  'Basic realm="x, Bearer y"',
  'Basic realm="\\", Bearer error=\\"invalid_token\\""',
  'Digest qop="auth, auth-int", nonce="x"',
  'Negotiate TlRMTVNTUAAB==',
  'DPoP error="use_dpop_nonce"',
  'Bearer error="use_dpop_nonce"',
  'Bearer error="insufficient_scope", scope="admin"',
  'Bearer error=insufficient_scope',
  'bearer ERROR="insufficient_scope"',
  'Bearer error="insufficient_user_authentication", acr_values="high", max_age="300"',
  'Bearer realm="a", error="insufficient_user_authentication"',
  'Basic realm="x", Bearer error="insufficient_scope"',
  'Bearer error="insufficient_scope", Basic realm="x"',
] as const

export function describeChallenges(name: string, makeClient: MakeClient): void {
  async function answered(status: number, challenge: string | undefined) {
    const { client, server, clock } = await signedIn(makeClient)
    const headers: Record<string, string> = challenge === undefined ? {} : { 'WWW-Authenticate': challenge }
    server.onApi = () => (server.hits.length === 1 ? json({ first: true }, { status, headers }) : json(1))
    const call = client.send('/api/me')
    await clock.advance(1000)
    return { outcome: await call, refreshes: server.refreshes.length, hits: server.hits.length }
  }

  describe(`${name}: what counts as expired`, () => {
    it.each(expiry)('refreshes and retries after a 401 with the challenge %j', async (challenge) => {
      expect(await answered(401, challenge)).toEqual({
        outcome: { status: 200, body: '1' },
        refreshes: 1,
        hits: 2,
      })
    })

    it.each(otherwise)('hands on a 401 with the challenge %j', async (challenge) => {
      expect(await answered(401, challenge)).toEqual({
        outcome: { status: 401, body: '{"first":true}' },
        refreshes: 0,
        hits: 1,
      })
    })

    it.each([400, 402, 403, 404, 407, 419, 440, 498, 500, 503])('hands on a %i', async (status) => {
      expect(await answered(status, 'Bearer error="invalid_token"')).toEqual({
        outcome: { status, body: '{"first":true}' },
        refreshes: 0,
        hits: 1,
      })
    })
  })
}
