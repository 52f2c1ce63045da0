import { describe, expect, it } from 'vitest'
import { type Backend, createBackend, day, stores } from './backend.ts'

const memory = () => stores[0]!.create()

describe('the API', () => {
  it.each([
    ['token_missing', '', undefined],
    ['token_invalid', ', error="invalid_token", error_description="invalid"', 'Bearer nonsense'],
  ])('answers %s with its challenge', async (code, error, authorization) => {
    const { browser } = await createBackend(memory())
    for (const path of ['/api/me', '/api/items', '/api/nothing-here']) {
      const headers: Record<string, string> = authorization ? { authorization } : {}
      const answer = await browser().send('GET', path, { headers })
      expect(answer).toMatchObject({ status: 401, body: { code, status: 401 } })
      expect(answer.headers.get('www-authenticate')).toBe(`Bearer realm="api"${error}`)
      expect(answer.headers.get('content-type')).toBe('application/problem+json')
    }
  })

  it.each([
    ['token_expired', 'expired', ({ clock }: Backend) => clock.advance(day)],
    [
      'token_revoked',
      'revoked',
      ({ store }: Backend) =>
        store.write((records) => records.sweep({ spentBefore: 0, endedBefore: Infinity, auditedBefore: 0 })),
    ],
  ])('answers %s with its challenge and the reason', async (code, reason, spoil) => {
    const backend = await createBackend(memory())
    const page = backend.browser()
    const { access_token: token } = await page.login()
    await spoil(backend)
    const answer = await page.get('/api/me', token)
    expect(answer).toMatchObject({ status: 401, body: { code } })
    expect(answer.headers.get('www-authenticate')).toBe(
      `Bearer realm="api", error="invalid_token", error_description="${reason}"`,
    )
  })

  it.each(['Basic ZGVtbzpkZW1v', 'token', ''])('misses a token in the header "%s"', async (authorization) => {
    const { browser } = await createBackend(memory())
    const answer = await browser().send('GET', '/api/me', { headers: { authorization } })
    expect(answer.body.code).toBe('token_missing')
  })

  it('does not mind how the scheme is written', async () => {
    const { browser } = await createBackend(memory())
    const page = browser()
    const { access_token: token } = await page.login()
    const headers = { authorization: `bEARER  ${token}` }
    expect((await page.send('GET', '/api/me', { headers })).status).toBe(200)
  })

  it('tells who is signed in', async () => {
    const { browser } = await createBackend(memory())
    const page = browser()
    const { access_token: token, session } = await page.login()
    const answer = await page.get('/api/me', token)
    expect(answer.body).toEqual({ id: session.sub, email: 'demo@example.com', session: session.id })
    expect(answer.headers.get('cache-control')).toBe('no-store')
  })

  it('lists as many items as asked for', async () => {
    const { browser } = await createBackend(memory())
    const page = browser()
    const { access_token: token } = await page.login()
    expect((await page.get('/api/items', token)).body.items).toHaveLength(10)
    expect((await page.get('/api/items?n=2', token)).body.items).toEqual([
      { id: 1, title: 'Item 1' },
      { id: 2, title: 'Item 2' },
    ])
    for (const n of ['-1', '1001', 'x', '1e2', '']) {
      expect(await page.get(`/api/items?n=${n}`, token)).toMatchObject({
        status: 400,
        body: { code: 'invalid_request' },
      })
    }
  })

  it('echoes method, type, body and length, and counts', async () => {
    const { browser } = await createBackend(memory())
    const page = browser()
    const { access_token: token } = await page.login()
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'text/plain; charset=utf-8' }
    for (const [index, method] of ['POST', 'PUT', 'PATCH', 'DELETE'].entries()) {
      expect((await page.send(method, '/api/echo', { headers, body: 'grüß' })).body).toEqual({
        method,
        contentType: 'text/plain; charset=utf-8',
        body: 'grüß',
        length: 6,
        requests: index + 1,
      })
    }
    const large = await page.send('POST', '/api/echo', { headers, body: 'x'.repeat(4 * 1024 * 1024 + 1) })
    expect(large).toMatchObject({ status: 413, body: { code: 'body_too_large' } })
  })

  it('has something for everybody, and a plain 404', async () => {
    const { browser } = await createBackend(memory())
    expect(await browser().get('/api/public')).toMatchObject({ status: 200 })
    expect(await browser().get('/api/public', 'nonsense')).toMatchObject({ status: 200 })
    expect(await browser().get('/nothing')).toMatchObject({ status: 404, body: { code: 'not_found' } })
  })

  it('publishes the public halves of the active and the next key, and those alone', async () => {
    const { browser } = await createBackend(memory())
    const answer = await browser().get('/.well-known/jwks.json')
    const key = {
      kty: 'EC',
      crv: 'P-256',
      x: expect.any(String),
      y: expect.any(String),
      kid: expect.any(String),
      alg: 'ES256',
      use: 'sig',
    }
    expect(answer.body.keys).toEqual([key, key])
    expect(answer.headers.get('cache-control')).toBe('public, max-age=300')
  })
})

describe('another origin', () => {
  const origin = 'https://spa.example'

  it('may read the challenge when it is allowed', async () => {
    const { browser } = await createBackend(memory(), { origins: [origin] })
    const { headers, status } = await browser().send('GET', '/api/me', { headers: { origin } })
    expect(status).toBe(401)
    expect(headers.get('access-control-allow-origin')).toBe(origin)
    expect(headers.get('access-control-allow-credentials')).toBe('true')
    expect(headers.get('access-control-expose-headers')).toBe('WWW-Authenticate,Retry-After,Date')
  })

  it('may ask before it sends token and header', async () => {
    const { browser } = await createBackend(memory(), { origins: [origin] })
    const { headers, status } = await browser().send('OPTIONS', '/auth/refresh', {
      headers: { origin, 'access-control-request-method': 'POST' },
    })
    expect(status).toBe(204)
    expect(headers.get('access-control-allow-headers')).toBe('Authorization,Content-Type,X-Silent-Refresh')
  })

  it('gets no permission when it is not allowed', async () => {
    const { browser } = await createBackend(memory(), { origins: [origin] })
    for (const method of ['OPTIONS', 'GET']) {
      const { headers } = await browser().send(method, '/api/me', {
        headers: { origin: 'https://evil.example' },
      })
      expect(headers.get('access-control-allow-origin')).toBeNull()
    }
  })
})

describe('settings', () => {
  it.each([
    { accessTokenLifetime: 0 },
    { accessTokenLifetime: Number.NaN },
    { gracePeriod: -1 },
    { idleLifetime: Infinity },
    { clockTolerance: -1 },
  ])('are refused at creation: %o', async (settings) => {
    await expect(createBackend(memory(), settings)).rejects.toThrow(TypeError)
  })
})
