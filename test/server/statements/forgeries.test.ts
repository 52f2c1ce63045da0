import { base64url, exportJWK, generateKeyPair, importJWK, SignJWT } from 'jose'
import { describe, expect, it } from 'vitest'
import { createSite } from '../app-with.ts'
import { minute, second, stores } from '../backend.ts'

const challengeOf = (reason: string) =>
  `Bearer realm="api", error="invalid_token", error_description="${reason}"`

describe.each(stores)('with the $kind store', ({ create }) => {
  it('every access token that we have not signed for this, now, is refused with the challenge that says why', async () => {
    const site = await createSite(create())
    const page = site.visitor()
    const { access_token: token } = await page.login()
    const [head = '', payload = '', signature = ''] = token.split('.')
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString())
    const { kid } = JSON.parse(Buffer.from(head, 'base64url').toString())
    const rows = await site.store.read((records) => records.listSigningKeys())
    const row = rows.find((each) => each.kid === kid)
    const ours = await importJWK(JSON.parse(row?.jwk ?? ''), 'ES256')
    const theirs = await generateKeyPair('ES256', { extractable: true })
    const publicKey = site.keys.jwks().keys.find((each) => each.kid === kid)
    const sign = (header: object, changes: object = {}, key: Parameters<SignJWT['sign']>[0] = ours) =>
      new SignJWT({ ...claims, ...changes })
        .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid, ...header })
        .sign(key)
    const part = (value: unknown) => base64url.encode(JSON.stringify(value))
    const secret = new TextEncoder().encode(JSON.stringify(publicKey))
    const now = site.clock.now / 1000

    const invalid = [
      `${part({ alg: 'none', typ: 'at+jwt', kid })}.${payload}.`,
      `${part({ alg: 'None', typ: 'at+jwt', kid })}.${payload}.${signature}`,
      `${head}.${payload}.`,
      await sign({ alg: 'HS256' }, {}, secret),
      await sign({ typ: 'JWT' }),
      await sign({ typ: undefined }),
      await sign({}, { aud: 'another' }),
      await sign({}, { aud: undefined }),
      await sign({}, { iss: 'https://evil.example' }),
      await sign({ kid: 'unknown' }),
      await sign({ kid: undefined }, {}, theirs.privateKey),
      await sign({}, {}, theirs.privateKey),
      await sign({ jwk: await exportJWK(theirs.publicKey) }, {}, theirs.privateKey),
      await sign({ jku: 'https://evil.example/jwks.json' }, {}, theirs.privateKey),
    ]
    const expired = [
      await sign({}, { exp: now - 5 }),
      await sign({}, { exp: 1 }),
      await sign({}, { exp: now - 5, iat: now - 905 }),
    ]
    const revoked = [await sign({}, { sid: 'another' }), await sign({}, { ver: 7 })]
    const cases = [
      ['invalid', 'token_invalid', invalid],
      ['expired', 'token_expired', expired],
      ['revoked', 'token_revoked', revoked],
    ] as const
    for (const [reason, code, tokens] of cases) {
      for (const [index, forged] of tokens.entries()) {
        for (const path of ['/api/me', '/auth/sessions']) {
          const answer = await page.call('GET', path, forged)
          expect([reason, index, answer.status, answer.body.code]).toEqual([reason, index, 401, code])
          expect(answer.headers.get('www-authenticate')).toBe(challengeOf(reason))
        }
      }
    }
    expect((await page.call('GET', '/api/me')).headers.get('www-authenticate')).toBe('Bearer realm="api"')
    const good = [token, await sign({}), await sign({}, { exp: now - 4.999 })]
    for (const each of good) expect((await page.call('GET', '/api/me', each)).status).toBe(200)
    site.clock.advance(15 * minute + 5 * second)
    const late = await page.call('GET', '/api/me', token)
    expect(late.headers.get('www-authenticate')).toBe(challengeOf('expired'))
  })
})
