import { base64url, exportJWK, generateKeyPair, importJWK, SignJWT } from 'jose'
import { describe, expect, it } from 'vitest'
import { createBackend, day, minute, second, stores } from './backend.ts'

describe.each(stores)('an access token with the $kind store', ({ create }) => {
  it('carries the claims and the header of an at+jwt', async () => {
    const { browser, keys, clock } = await createBackend(create())
    const { access_token: token, session } = await browser().login()
    const [header = ''] = token.split('.')
    const { kid } = keys.jwks().keys[0] ?? {}
    expect(JSON.parse(new TextDecoder().decode(base64url.decode(header)))).toEqual({
      alg: 'ES256',
      typ: 'at+jwt',
      kid,
    })
    const expectation = { issuer: 'silent-refresh-demo', audience: 'api', now: clock.now }
    expect(await keys.verify(token, expectation)).toEqual({
      iss: 'silent-refresh-demo',
      aud: 'api',
      sub: session.sub,
      iat: clock.now / 1000,
      exp: clock.now / 1000 + 900,
      jti: expect.stringMatching(/^[\w-]{22}$/),
      sid: session.id,
      ver: 1,
    })
  })

  it.each([
    ['15 minutes, with 5 s of tolerance', 15 * minute, {}, 15 * minute + 5 * second],
    ['2 s, with a fifth of it as tolerance', 2 * second, {}, 2400],
    ['1.5 s, to the millisecond', 1500, { clockTolerance: 0 }, 1500],
    ['10 minutes, with a tolerance of one', 10 * minute, { clockTolerance: minute }, 11 * minute],
  ])('lives for %s', async (_case, accessTokenLifetime, rest, life) => {
    const { browser, clock } = await createBackend(create(), { accessTokenLifetime, ...rest })
    const page = browser()
    clock.advance(123)
    const { access_token: token, expires_in } = await page.login()
    expect(expires_in).toBe(accessTokenLifetime / 1000)
    clock.advance(life - 1)
    expect((await page.get('/api/me', token)).status).toBe(200)
    clock.advance(1)
    expect((await page.get('/api/me', token)).body.code).toBe('token_expired')
  })

  it('is revoked with its session and expired with time, whatever else it is', async () => {
    const { browser, clock } = await createBackend(create())
    const page = browser()
    const { access_token: token } = await page.login()
    await page.post('/auth/logout')
    expect((await page.get('/api/me', token)).body.code).toBe('token_revoked')
    clock.advance(day)
    expect((await page.get('/api/me', token)).body.code).toBe('token_expired')
  })

  it('refuses every forgery', async () => {
    const { browser, keys, clock, store } = await createBackend(create())
    const page = browser()
    const { access_token: token } = await page.login()
    const expectation = { issuer: 'silent-refresh-demo', audience: 'api', now: clock.now }
    const claims = await keys.verify(token, expectation)
    const [row] = await store.read((records) => records.listSigningKeys())
    const ours = await importJWK(JSON.parse(row?.jwk ?? ''), 'ES256')
    const theirs = await generateKeyPair('ES256', { extractable: true })
    const kid = row?.kid ?? ''
    const [publicKey = {}] = keys.jwks().keys
    const sign = (changes: object, header: object, key: Parameters<SignJWT['sign']>[0] = ours) =>
      new SignJWT({ ...claims, ...changes })
        .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid, ...header })
        .sign(key)
    const part = (value: unknown) => base64url.encode(JSON.stringify(value))
    const [head, payload = '', signature] = token.split('.')

    expect((await page.get('/api/me', await sign({}, {}))).status).toBe(200)
    const forged = {
      'no signature': `${part({ alg: 'none', typ: 'at+jwt' })}.${payload}.`,
      'another signature': `${head}.${payload}.${'A'.repeat(86)}`,
      'other claims': `${head}.${part({ ...claims, sub: 'root' })}.${signature}`,
      'HS256 with the public key': await sign(
        {},
        { alg: 'HS256' },
        new TextEncoder().encode(part(publicKey)),
      ),
      'another key': await sign({}, {}, theirs.privateKey),
      'a key of its own': await sign({}, { jwk: await exportJWK(theirs.publicKey) }, theirs.privateKey),
      'an unknown kid': await sign({}, { kid: 'unknown' }),
      'another typ': await sign({}, { typ: 'JWT' }),
      'no typ': await sign({}, { typ: undefined }),
      'another issuer': await sign({ iss: 'https://evil.example' }, {}),
      'another audience': await sign({ aud: 'other' }, {}),
      'no session': await sign({ sid: undefined }, {}),
      'no expiry': await sign({ exp: undefined }, {}),
      'an odd expiry': `${head}.${part({ ...claims, exp: 'never' })}.${signature}`,
      'two dots': '..',
      'no JSON': 'a.b.c',
      'four parts': `${token}.x`,
      emoji: encodeURIComponent('🙂'),
    }
    for (const [kind, forgery] of Object.entries(forged)) {
      const answer = await page.get('/api/me', forgery)
      expect([kind, answer.status, answer.body.code]).toEqual([kind, 401, 'token_invalid'])
    }
    const { session: others } = await browser().login('second@example.com')
    const dead = [{ ver: 2 }, { ver: 0 }, { sid: 'other' }, { sub: 'other' }, { sub: others.sub }]
    for (const changes of [...dead, { sid: others.id }]) {
      expect((await page.get('/api/me', await sign(changes, {}))).body.code).toBe('token_revoked')
    }
    // A session that ended with its version stays dead, even if a token named the present one.
    await store.write((records) => records.raiseTokenVersion(claims.sub))
    expect((await page.get('/api/me', await sign({ ver: 2 }, {}))).body.code).toBe('token_revoked')
  })
})
