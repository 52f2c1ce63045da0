import { describe, expect, it } from 'vitest'
import { isExpiryChallenge } from '../../src/session/challenge.ts'

describe('a challenge that allows for an expired token', () => {
  it.each([
    [undefined],
    [null],
    [''],
    ['Bearer'],
    ['bearer'],
    ['BEARER realm="api"'],
    ['Bearer realm=""'],
    ['Bearer realm="a, b", scope="insufficient_scope"'],
    ['Bearer error="invalid_token"'],
    ['Bearer error=invalid_token'],
    ['Bearer error = "invalid_token"'],
    ['Bearer ERROR="invalid_token"'],
    ['Bearer realm="api", error="invalid_token", error_description="The token expired"'],
    ['Bearer realm="say \\"error=insufficient_scope\\"", error="invalid_token"'],
    ['Bearer realm="x, Basic error=\\"insufficient_scope\\""'],
    ['Bearer error_description="insufficient_scope"'],
    ['Bearer error="insufficient_scopes"'],
    ['Basic realm="x", Bearer'],
    ['Basic realm="x", Bearer error="invalid_token"'],
    ['Bearer error="invalid_token", Basic realm="x"'],
    ['Bearer, Basic error="insufficient_scope"'],
    ['Basic error="insufficient_scope", Bearer error="invalid_token"'],
    ['Negotiate, Bearer'],
    ['Negotiate abc==, Bearer realm="api"'],
    ['  Bearer  realm="api" '],
    ['Bearer\trealm="api"'],
    ['Bearer ,'],
    ['error="insufficient_scope", Bearer'],
  ])('%s', (header) => {
    expect(isExpiryChallenge(header, 'Bearer')).toBe(true)
  })
})

describe('a challenge that a new token does not meet', () => {
  it.each([
    ['Basic'],
    ['Basic realm="Bearer"'],
    ['Basic realm="x, Bearer"'],
    ['Basic realm="x", charset="UTF-8"'],
    ['Negotiate'],
    ['Digest realm="x", nonce="Bearer", qop="auth,auth-int"'],
    ['BearerX realm="api"'],
    ['XBearer realm="api"'],
    ['DPoP error="use_dpop_nonce"'],
    ['Bearer error="insufficient_scope"'],
    ['Bearer error="insufficient\\_scope"'],
    ['Bearer error=insufficient_scope'],
    ['Bearer realm="api", error="insufficient_scope", scope="admin"'],
    ['Bearer scope="a b", error = "insufficient_scope"'],
    ['Bearer error="insufficient_user_authentication", acr_values="2fa"'],
    ['Bearer error="insufficient_user_authentication", max_age="60"'],
    ['Bearer error="use_dpop_nonce"'],
    ['Basic realm="x", Bearer error="insufficient_scope"'],
    ['Bearer error="insufficient_scope", Basic realm="x"'],
    ['Bearer realm="a \\" b, c", error="insufficient_scope"'],
    ['Bearer error="insufficient_scope", Bearer error="invalid_token"'],
    [','],
    ['"Bearer"'],
  ])('%s', (header) => {
    expect(isExpiryChallenge(header, 'Bearer')).toBe(false)
  })
})

describe('a scheme of the app', () => {
  it.each([
    ['Token', 'Token realm="x"', true],
    ['Token', 'token', true],
    ['Token', 'Bearer', true],
    ['Token', 'Basic', false],
    ['Token', 'Token error="insufficient_scope"', false],
    ['DPoP', 'DPoP error="invalid_token"', true],
    ['DPoP', 'DPoP error="use_dpop_nonce"', false],
    ['', 'Bearer', true],
    ['', 'Basic', false],
  ])('"%s" is asked by %s: %s', (scheme, header, verdict) => {
    expect(isExpiryChallenge(header, scheme)).toBe(verdict)
  })
})

it('is read in a time that does not explode', () => {
  for (const header of ['a'.repeat(50_000), `Bearer x="${'\\"'.repeat(50_000)}`, 'Bearer '.repeat(10_000)]) {
    expect(typeof isExpiryChallenge(header, 'Bearer')).toBe('boolean')
  }
})
