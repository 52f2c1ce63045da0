import { describe, expect, it } from 'vitest'
import type { RefreshEndpoint } from '../../src/session/auth-endpoint.ts'
import { InvalidTokenResponseError, SessionEndedError } from '../../src/session/errors.ts'
import { judgeError, judgeResponse, judgeResult } from '../../src/session/refresh-outcome.ts'
import { json } from '../helpers/fake-server.ts'

const plain: RefreshEndpoint = { url: '/auth/refresh' }
const date = 'Thu, 01 Jan 2026 00:00:00 GMT'
const later = (seconds: number) => new Date(Date.parse(date) + seconds * 1000).toUTCString()
const answer = (status: number, headers: Record<string, string> = {}) => json({}, { status, headers })

describe('a status', () => {
  it.each([400, 401, 403, 422])('of %i is a refusal', async (status) => {
    expect(await judgeResponse(answer(status), plain)).toEqual({
      kind: 'refused',
      message: `The refresh endpoint answered ${status}.`,
    })
  })

  it.each([408, 409, 425, 429, 500, 501, 502, 503, 504, 520, 530, 599])(
    'of %i is a passing failure',
    async (status) => {
      expect(await judgeResponse(answer(status), plain)).toEqual({
        kind: 'unavailable',
        message: `The refresh endpoint answered ${status}.`,
        retryAfter: undefined,
      })
    },
  )

  it.each([402, 404, 405, 406, 410, 413, 415, 418, 451])(
    'of %i says that this is no refresh endpoint',
    async (status) => {
      expect(await judgeResponse(answer(status), plain)).toMatchObject({
        kind: 'misdirected',
        error: { code: 'ERR_REFRESH_MISCONFIGURED', status },
      })
    },
  )

  it('of a redirect that came through says that this is no refresh endpoint', async () => {
    expect(await judgeResponse(new Response(null, { status: 302 }), plain)).toMatchObject({
      kind: 'misdirected',
      error: { code: 'ERR_REFRESH_MISCONFIGURED', status: 302 },
    })
  })

  it('refuses as the app has said, and only so', async () => {
    const shape = { ...plain, refused: [404, 419] }
    expect(await judgeResponse(answer(404), shape)).toMatchObject({ kind: 'refused' })
    expect(await judgeResponse(answer(419), shape)).toMatchObject({ kind: 'refused' })
    expect(await judgeResponse(answer(401), shape)).toMatchObject({ kind: 'misdirected' })
    expect(await judgeResponse(answer(503), shape)).toMatchObject({ kind: 'unavailable' })
  })

  it('is judged without waiting for the body of the error', async () => {
    let isCancelled = false
    const body = new ReadableStream({
      cancel() {
        isCancelled = true
      },
    })
    expect(await judgeResponse(new Response(body, { status: 503 }), plain)).toMatchObject({
      kind: 'unavailable',
    })
    expect(isCancelled).toBe(true)
  })
})

describe('Retry-After', () => {
  it.each([
    ['in seconds', { 'Retry-After': '5' }, 5000],
    ['of nothing', { 'Retry-After': '0' }, 0],
    ['of an hour', { 'Retry-After': '3600' }, 3_600_000],
    ["as a date, by the server's own clock", { 'Retry-After': later(7), Date: date }, 7000],
    ['as a date that is over', { 'Retry-After': later(-7), Date: date }, 0],
    ['as a date without the clock it belongs to', { 'Retry-After': later(7) }, undefined],
    ['that is empty', { 'Retry-After': '' }, undefined],
    ['that is negative', { 'Retry-After': '-5' }, undefined],
    ['that is nonsense', { 'Retry-After': 'soon' }, undefined],
    ['that only begins with a number', { 'Retry-After': '5 apples' }, undefined],
    ['that is nowhere', {}, undefined],
  ])('%s', async (_, headers: Record<string, string>, retryAfter) => {
    for (const status of [429, 503]) {
      expect(await judgeResponse(answer(status, headers), plain)).toMatchObject({
        kind: 'unavailable',
        retryAfter,
      })
    }
  })

  it('of digits too many to be a number is no delay', async () => {
    const outcome = await judgeResponse(answer(503, { 'Retry-After': '9'.repeat(400) }), plain)
    expect(outcome).toMatchObject({ kind: 'unavailable', retryAfter: undefined })
  })
})

describe('a success without a usable token', () => {
  const invalid = { kind: 'misdirected', error: { code: 'ERR_INVALID_TOKEN_RESPONSE' } }
  const secret = 'eyJhbGciOiJub25lIn0.secret'

  it.each([
    ['an empty object', json({})],
    ['an empty body', new Response('')],
    ['no body at all', new Response(null, { status: 204 })],
    ['null', json(null)],
    ['a number', json(7)],
    ['a list', json([secret])],
    ['truncated JSON', new Response(`{"access_token":"${secret}`)],
    ['plain text', new Response(secret)],
    ['a web page', new Response('<html>Sign in</html>', { headers: { 'Content-Type': 'text/html' } })],
    [
      'a web page that is JSON, too',
      new Response(JSON.stringify({ access_token: secret }), { headers: { 'Content-Type': 'Text/HTML' } }),
    ],
    ['XHTML', new Response(JSON.stringify(secret), { headers: { 'Content-Type': 'application/xhtml+xml' } })],
    ['a token that is null', json({ access_token: null })],
    ['a token that is empty', json({ access_token: '' })],
    ['a token that is a number', json({ access_token: 7 })],
    ['a token that is an object', json({ access_token: { value: secret } })],
    ['a token with a line end', json({ access_token: `${secret}\n` })],
    ['a token with a space', json({ access_token: `${secret} x` })],
    ['a token that no header can carry', json({ access_token: `${secret}é` })],
    ['a token that has expired', json({ access_token: secret, expires_in: 0 })],
    ['a token that expired long ago', json({ access_token: secret, expires_in: -60 })],
  ])('is misdirected: %s', async (_, response) => {
    const outcome = await judgeResponse(response, plain)
    expect(outcome).toMatchObject(invalid)
    const { error } = outcome as { error: Error }
    expect(error).toBeInstanceOf(InvalidTokenResponseError)
    expect(`${error.message} ${error.stack} ${String(error.cause)}`).not.toContain('secret')
  })

  it('lets a body that breaks off be a matter of the network', async () => {
    const body = new ReadableStream({ start: (controller) => controller.error(new TypeError('terminated')) })
    await expect(judgeResponse(new Response(body), plain)).rejects.toThrow('terminated')
  })
})

describe('what a custom refresh function throws', () => {
  const failures: [string, unknown][] = [
    ['a network error', new TypeError('Failed to fetch')],
    ['an abort', new DOMException('aborted', 'AbortError')],
    ['nothing', undefined],
    ['null', null],
    ['text', 'offline'],
    ['an error with the status 0, as of XMLHttpRequest', Object.assign(new Error(), { status: 0 })],
    ['a status that is text', Object.assign(new Error(), { status: '401' })],
    ['an error without an answer', Object.assign(new Error(), { response: undefined })],
  ]
  it.each(failures)('is a passing failure: %s', (_, error) => {
    expect(judgeError(error)).toEqual({
      kind: 'unavailable',
      message: 'The refresh endpoint could not be reached.',
      cause: error,
    })
  })

  it.each([
    [401, 'refused'],
    [403, 'refused'],
    [400, 'refused'],
    [422, 'refused'],
    [429, 'unavailable'],
    [503, 'unavailable'],
    [404, 'misdirected'],
  ])('is judged by its status: %i is %s', (status, kind) => {
    expect(judgeError(Object.assign(new Error(), { status }))).toMatchObject({ kind })
    expect(judgeError(Object.assign(new Error(), { response: { status } }))).toMatchObject({ kind })
    expect(judgeError(Object.assign(new Error(), { response: answer(status) }))).toMatchObject({ kind })
    expect(judgeError(answer(status))).toMatchObject({ kind })
    expect(judgeError({ status })).toMatchObject({ kind })
  })

  it('is heard for how long to wait, where its answer can be read', () => {
    const response = answer(503, { 'Retry-After': '5' })
    const outcome = { kind: 'unavailable', retryAfter: 5000 }
    expect(judgeError(Object.assign(new Error(), { response }))).toMatchObject(outcome)
    expect(judgeError(response)).toMatchObject(outcome)
  })

  it('may be an error of this library, which means what it says', () => {
    const invalid = new InvalidTokenResponseError('no token')
    expect(judgeError(new SessionEndedError('expired'))).toMatchObject({ kind: 'refused' })
    expect(judgeError(invalid)).toEqual({ kind: 'misdirected', error: invalid })
  })
})

describe('what a custom refresh function resolves with', () => {
  const wall = Date.parse(date)

  it.each([
    ['a bare token', 'opaque', undefined],
    ['a token alone', { accessToken: 'opaque' }, undefined],
    ['a lifetime', { accessToken: 'opaque', expiresIn: 60_000 }, 60_000],
    ['a lifetime of one second', { accessToken: 'opaque', expiresIn: 1000 }, 1000],
    ['an end', { accessToken: 'opaque', expiresAt: wall + 90_000 }, 90_000],
    ['both', { accessToken: 'opaque', expiresIn: 60_000, expiresAt: wall + 90_000 }, 60_000],
    ['the body of an OAuth answer', { access_token: 'opaque', expires_in: 60 }, 60_000],
  ])('is granted in milliseconds: %s', async (_, result, lifetime) => {
    expect(await judgeResult(result, plain, wall)).toEqual({
      kind: 'granted',
      facts: { value: 'opaque', lifetime, subject: undefined },
    })
  })

  it.each([
    ['seconds taken for milliseconds', { accessToken: 'opaque', expiresIn: 900 }],
    ['an end in seconds', { accessToken: 'opaque', expiresAt: wall / 1000 + 900 }],
    ['an end that is over', { accessToken: 'opaque', expiresAt: wall - 1 }],
    ['a lifetime that is no number', { accessToken: 'opaque', expiresIn: NaN }],
    ['no token', { expiresIn: 60_000 }],
    ['an empty text', ''],
    ['undefined', undefined],
    ['a number', 7],
  ])('is misdirected: %s', async (_, result) => {
    expect(await judgeResult(result, plain, wall)).toMatchObject({
      kind: 'misdirected',
      error: { code: 'ERR_INVALID_TOKEN_RESPONSE' },
    })
  })

  it('is a refusal if it is null', async () => {
    expect(await judgeResult(null, plain, wall)).toMatchObject({ kind: 'refused' })
  })

  it('is read as the answer of an endpoint if it is one', async () => {
    expect(await judgeResult(answer(401), plain, wall)).toMatchObject({ kind: 'refused' })
    expect(await judgeResult(answer(503), plain, wall)).toMatchObject({ kind: 'unavailable' })
    const response = json({ access_token: 'opaque', expires_in: 60 })
    expect(await judgeResult(response, plain, wall)).toMatchObject({
      kind: 'granted',
      facts: { value: 'opaque', lifetime: 60_000 },
    })
  })

  it('names its user', async () => {
    expect(await judgeResult({ accessToken: 'opaque', subject: 'alice' }, plain, wall)).toMatchObject({
      facts: { subject: 'alice' },
    })
  })
})
