import { describe, expect, it } from 'vitest'
import type { RefreshEndpoint } from '../../src/session/auth-endpoint.ts'
import { judgeResponse } from '../../src/session/refresh-outcome.ts'
import { json } from '../helpers/fake-server.ts'
import { makeJwt } from '../helpers/jwt.ts'

const date = 'Thu, 01 Jan 2026 00:00:00 GMT'
const serverSeconds = Date.parse(date) / 1000
const invalid = { kind: 'misdirected', error: { code: 'ERR_INVALID_TOKEN_RESPONSE' } }

/** What is read out of an answer; `hasDate` says whether the server's clock can be read. */
function judge(body: unknown, shape: Partial<RefreshEndpoint> = {}, hasDate = true) {
  const response = json(body, hasDate ? { headers: { Date: date } } : {})
  return judgeResponse(response, { url: '/auth/refresh', ...shape })
}

const granted = (facts: object) => ({ kind: 'granted', facts })

describe('where the token is', () => {
  it.each([
    ['a bare string', 'opaque'],
    ['access_token', { access_token: 'opaque' }],
    ['accessToken', { accessToken: 'opaque' }],
    ['access', { access: 'opaque' }],
    ['token', { token: 'opaque' }],
    ['jwt', { jwt: 'opaque' }],
    ['refreshedToken', { refreshedToken: 'opaque' }],
    ['data.access_token', { data: { access_token: 'opaque' } }],
    ['the first that is there', { access_token: null, token: 'opaque', jwt: 'other' }],
  ])('is found without being told: %s', async (_, body) => {
    expect(await judge(body)).toMatchObject(granted({ value: 'opaque' }))
  })

  it.each<[string, RefreshEndpoint['accessToken'], unknown]>([
    ['a path', 'result.bearer', { result: { bearer: 'opaque' }, access_token: 'other' }],
    ['a path into a list', 'tokens.1', { tokens: ['other', 'opaque'] }],
    ['several paths', ['a.b', 'c'], { c: 'opaque' }],
    ['several paths, in their order', ['c', 'a.b'], { a: { b: 'other' }, c: 'opaque' }],
    ['a function', (body) => (body as { list: string[] }).list.at(-1), { list: ['other', 'opaque'] }],
  ])('is what the app says: %s', async (_, accessToken, body) => {
    expect(await judge(body, { accessToken })).toMatchObject(granted({ value: 'opaque' }))
  })

  it.each<[string, RefreshEndpoint['accessToken'], unknown]>([
    ['a path that leads nowhere', 'result.bearer', { access_token: 'opaque' }],
    ['a path through a text', 'access_token.length', { access_token: 'opaque' }],
    ['no path at all', [], { access_token: 'opaque' }],
    ['a function that finds nothing', () => undefined, { access_token: 'opaque' }],
    ['a function that finds no text', () => 7, {}],
    ['a name of every object', 'constructor.name', {}],
  ])('is not guessed where the app has said it: %s', async (_, accessToken, body) => {
    expect(await judge(body, { accessToken })).toMatchObject(invalid)
  })

  it.each([{}, null, { access_token: 'not for JavaScript' }])(
    'is nowhere in the cookie-only mode: %j',
    async (body) => {
      expect(await judge(body, { accessToken: false })).toMatchObject(granted({ value: '' }))
    },
  )

  it('is nowhere in the cookie-only mode, and an empty answer says enough', async () => {
    const response = new Response(null, { status: 204 })
    const outcome = await judgeResponse(response, { url: '/', accessToken: false })
    expect(outcome).toEqual(granted({ value: '', lifetime: undefined, subject: undefined }))
  })
})

describe('how long the token lives', () => {
  it.each([
    ['seconds', { expires_in: 900 }, undefined, 900_000],
    ['seconds as text', { expires_in: '900' }, undefined, 900_000],
    ['seconds elsewhere', { data: { ttl: 900 } }, { path: 'data.ttl', unit: 's' }, 900_000],
    ['milliseconds', { expires: 900_000 }, { path: 'expires', unit: 'ms' }, 900_000],
    ['milliseconds as text', { expires: '900000' }, { path: 'expires', unit: 'ms' }, 900_000],
    ['nothing', {}, undefined, undefined],
    ['null', { expires_in: null }, undefined, undefined],
    ['an empty text', { expires_in: '' }, undefined, undefined],
    ['text', { expires_in: 'soon' }, undefined, undefined],
    ['true', { expires_in: true }, undefined, undefined],
  ] as const)('as %s, with and without a clock of the server', async (_, said, expiry, lifetime) => {
    const shape = expiry && { expiry }
    for (const hasDate of [true, false]) {
      const outcome = await judge({ access_token: 'opaque', ...said }, shape, hasDate)
      expect(outcome).toEqual(granted({ value: 'opaque', lifetime, subject: undefined }))
    }
  })

  it.each([
    ['seconds since 1970', serverSeconds + 900, 'unix', 900_000],
    ['seconds since 1970 as text', String(serverSeconds + 900), 'unix', 900_000],
    ['a date', '2026-01-01T00:15:00Z', 'iso', 900_000],
    ['a date of another time zone', '2026-01-01T02:15:00+02:00', 'iso', 900_000],
    ['a date that is none', 'tomorrow', 'iso', undefined],
  ] as const)("as %s means something only by the server's own clock", async (_, end, unit, lifetime) => {
    const body = { access_token: 'opaque', end }
    const shape = { expiry: { path: 'end', unit } }
    expect(await judge(body, shape)).toMatchObject(granted({ lifetime }))
    expect(await judge(body, shape, false)).toMatchObject(granted({ lifetime: undefined }))
  })

  it.each([
    ['s', 0],
    ['s', -1],
    ['ms', 0],
    ['unix', serverSeconds],
    ['unix', serverSeconds - 60],
    ['iso', '2025-12-31T23:59:59Z'],
  ] as const)('must be some time: %s %s is over', async (unit, end) => {
    expect(await judge({ access_token: 'opaque', end }, { expiry: { path: 'end', unit } })).toMatchObject(
      invalid,
    )
  })
})

describe('a JWT', () => {
  const iat = serverSeconds - 86_400 * 365
  const jwt = (claims: Record<string, unknown>) => ({ access_token: makeJwt(claims) })

  it('lives from its own iat to its exp, whatever any clock says', async () => {
    for (const hasDate of [true, false]) {
      expect(await judge(jwt({ iat, exp: iat + 900 }), {}, hasDate)).toMatchObject(
        granted({ lifetime: 900_000 }),
      )
    }
  })

  it('without iat lives by the clock of the server, and where that cannot be read, until a 401', async () => {
    const body = jwt({ exp: serverSeconds + 900 })
    expect(await judge(body)).toMatchObject(granted({ lifetime: 900_000 }))
    expect(await judge(body, {}, false)).toMatchObject(granted({ lifetime: undefined }))
  })

  it('gives way to what the answer says beside it', async () => {
    const body = { ...jwt({ iat, exp: iat + 900 }), expires_in: 60 }
    expect(await judge(body)).toMatchObject(granted({ lifetime: 60_000 }))
  })

  it('speaks where the answer cannot be read', async () => {
    const body = { ...jwt({ iat, exp: iat + 900 }), expires_in: 'soon' }
    expect(await judge(body)).toMatchObject(granted({ lifetime: 900_000 }))
  })

  it('that had expired when it was issued is no token', async () => {
    expect(await judge(jwt({ iat, exp: iat }))).toMatchObject(invalid)
    expect(await judge(jwt({ iat, exp: iat - 60 }))).toMatchObject(invalid)
  })

  it.each([
    ['one part', 'opaque'],
    ['two parts', 'a.b'],
    ['three parts of nothing', 'a.b.c'],
    ['dots alone', '...'],
    ['a payload that is no object', `x.${btoa('"text"')}.x`],
    ['a payload that is null', `x.${btoa('null')}.x`],
    ['a payload cut short', `x.${btoa('{"exp":1').replace(/=+$/, '')}.x`],
    ['claims of the wrong kind', makeJwt({ exp: 'tomorrow', iat: {}, sub: 7 })],
    ['one too large to be read', makeJwt({ iat: 1, exp: 2, sub: 'x'.repeat(70_000) })],
    ['a huge one', `x.${'y'.repeat(70_000)}.z`],
  ])('that cannot be read is a token all the same: %s', async (_, value) => {
    expect(await judge({ access_token: value })).toEqual(
      granted({ value, lifetime: undefined, subject: undefined }),
    )
  })
})

describe('whose token it is', () => {
  it.each<[string, unknown, string | undefined, string | undefined]>([
    ['the sub of a JWT', { access_token: makeJwt({ sub: 'alice' }) }, undefined, 'alice'],
    ['a path', { access_token: 'opaque', user: { id: 'bob' } }, 'user.id', 'bob'],
    ['a number', { access_token: 'opaque', user: { id: 7 } }, 'user.id', '7'],
    ['a path before the JWT', { access_token: makeJwt({ sub: 'alice' }), id: 'bob' }, 'id', 'bob'],
    ['the JWT where the path leads nowhere', { access_token: makeJwt({ sub: 'alice' }) }, 'id', 'alice'],
    ['nobody', { access_token: 'opaque' }, 'user.id', undefined],
  ])('%s', async (_, body, path, subject) => {
    expect(await judge(body, path === undefined ? {} : { subject: path })).toMatchObject(granted({ subject }))
  })

  it('is not read from a prototype', async () => {
    const body = { access_token: 'opaque', user: {} }
    expect(await judge(body, { subject: 'user.constructor' })).toMatchObject(granted({ subject: undefined }))
  })
})
