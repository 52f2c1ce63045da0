import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { RefreshEndpoint } from '../../src/session/auth-endpoint.ts'
import { InvalidTokenResponseError, RefreshMisconfiguredError } from '../../src/session/errors.ts'
import { judgeResponse, judgeResult, type RefreshOutcome } from '../../src/session/refresh-outcome.ts'
import { bytes, patience, seed, tries } from './seed.ts'

const keys = ['access_token', 'accessToken', 'token', 'data', 'expires_in', 'expires', 'sub', 'user', 'id']
const strange = ['__proto__', 'constructor', 'prototype', 'length', '']
const leaf = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    true,
    0,
    -1,
    1e308,
    60,
    1.5,
    '60',
    ' 60 ',
    '',
    'abc',
    'a b',
    '\u0000',
    'é',
    '2026-01-01',
  ),
  bytes(20),
  fc.double(),
)
/** JSON that looks a bit like the answer of some backend. */
const body = fc.letrec((tie) => ({
  any: fc.oneof({ maxDepth: 4 }, leaf, tie('object'), fc.array(tie('any'), { maxLength: 3 })),
  object: fc
    .array(fc.tuple(fc.oneof(fc.constantFrom(...keys), fc.constantFrom(...strange)), tie('any')), {
      maxLength: 6,
    })
    // Written by hand: only so may a key be `__proto__`, or come twice.
    .map((pairs) => ({ pairs })),
})).any
const written = body.map(write)

function write(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(write).join()}]`
  if (typeof value === 'object' && value !== null) {
    const { pairs } = value as { pairs: [string, unknown][] }
    return `{${pairs.map(([key, held]) => `${JSON.stringify(key)}:${write(held)}`).join()}}`
  }
  return JSON.stringify(value) ?? 'null'
}

const path = fc.constantFrom(
  'access_token',
  'data.token',
  '__proto__.token',
  'constructor.name',
  'data.length',
  '.',
  'a..b',
)
const shape = fc.record<Partial<RefreshEndpoint>>(
  {
    accessToken: fc.oneof(
      path,
      fc.array(path, { minLength: 1, maxLength: 3 }),
      fc.constant(false),
    ) as fc.Arbitrary<string>,
    expiry: fc.record({ path, unit: fc.constantFrom('s', 'ms', 'unix', 'iso') }),
    subject: path,
    lifetime: fc.integer({ min: 1000, max: 1e9 }),
    refused: fc.constantFrom<number[]>([], [200], [400, 401]),
  },
  { requiredKeys: [] },
)

const header = fc.record(
  {
    'Content-Type': fc.constantFrom(
      'application/json',
      'text/html',
      'text/plain; charset=utf-16',
      '*',
      'HTML',
    ),
    Date: fc.constantFrom(new Date(0).toUTCString(), 'yesterday', '0', '99999-01-01'),
    'Retry-After': fc.constantFrom('1', 'soon'),
  },
  { requiredKeys: [] },
)

function expectSound(outcome: RefreshOutcome): void {
  switch (outcome.kind) {
    case 'granted': {
      const { value, lifetime, subject } = outcome.facts
      expect(value).toMatch(/^[\x21-\x7e]*$/)
      if (lifetime !== undefined) expect(lifetime > 0 && lifetime < Infinity).toBe(true)
      if (subject !== undefined) expect(subject).toBeTypeOf('string')
      break
    }
    case 'misdirected':
      expect(
        [InvalidTokenResponseError, RefreshMisconfiguredError].some((each) => outcome.error instanceof each),
      ).toBe(true)
      break
    default:
      expect(['refused', 'unavailable']).toContain(outcome.kind)
      expect(outcome.message).toBeTypeOf('string')
  }
}

type Answer = [text: string | Uint8Array<ArrayBuffer>, status: number, headers: Record<string, string>]
const respond = ([text, status, headers]: Answer) =>
  new Response([204, 205, 304].includes(status) ? null : text, { status, headers })

const answer = fc.tuple(
  fc.oneof({ weight: 6, arbitrary: written }, bytes(40), fc.uint8Array()),
  fc.oneof({ weight: 6, arbitrary: fc.constant(200) }, fc.integer({ min: 200, max: 599 })),
  header,
) as fc.Arbitrary<Answer>

describe(`an answer of the refresh endpoint at random (FUZZ_SEED=${seed})`, patience, () => {
  it('is granted with a sound token, or comes to one of the other outcomes, and never to an exception', async () => {
    let granted = 0
    await fc.assert(
      fc.asyncProperty(answer, shape, async (given, own) => {
        const outcome = await judgeResponse(respond(given), { url: '/', ...own })
        expectSound(outcome)
        if (outcome.kind === 'granted') granted++
      }),
      tries(1500),
    )
    expect(granted).toBeGreaterThan(40)
  })

  it('gives no token that it does not say itself', () =>
    fc.assert(
      fc.asyncProperty(written, path, async (text, accessToken) => {
        const outcome = await judgeResponse(new Response(text), { url: '/', accessToken })
        const parsed: unknown = JSON.parse(text)
        const own = accessToken
          .split('.')
          .reduce<unknown>(
            (held, key) =>
              Object.hasOwn(Object(held), key) && typeof held === 'object'
                ? Reflect.get(Object(held), key)
                : undefined,
            parsed,
          )
        if (outcome.kind === 'granted')
          expect(outcome.facts.value).toBe(typeof parsed === 'string' ? parsed : own)
      }),
      tries(600),
    ))

  it.each([
    ['a hundred thousand brackets', () => '['.repeat(1e5)],
    ['arrays in arrays, a hundred thousand deep', () => '['.repeat(1e5) + ']'.repeat(1e5)],
    ['objects in objects', () => `${'{"data":'.repeat(2e4)}1${'}'.repeat(2e4)}`],
    ['a token of a million letters', () => `{"access_token":"${'x'.repeat(1e6)}"}`],
    [
      'a hundred thousand keys',
      () => `{${Array.from({ length: 1e5 }, (_, key) => `"${key}":0`).join()},"token":"t"}`,
    ],
    ['bytes that are no text', () => new Uint8Array(1e5).fill(0xff)],
    ['half a letter', () => new Uint8Array([0x22, 0xe2, 0x82])],
    ['a byte order mark', () => '\ufeff{"access_token":"t"}'],
    ['a prototype', () => '{"__proto__":{"access_token":"t"}}'],
  ])('may be %s', async (_, text) => {
    expectSound(await judgeResponse(new Response(text()), { url: '/' }))
    expect(Object.hasOwn(Object.prototype, 'access_token')).toBe(false)
  })

  it('may be anything at all from a refresh function', () => {
    const any = fc.oneof(
      fc.anything({
        withBigInt: true,
        withDate: true,
        withMap: true,
        withNullPrototype: true,
        withTypedArray: true,
      }),
      fc.record(
        {
          accessToken: fc.oneof(fc.string(), fc.anything()),
          expiresIn: fc.anything(),
          expiresAt: fc.anything(),
        },
        { requiredKeys: [] },
      ),
    )
    return fc.assert(
      fc.asyncProperty(any, async (result) =>
        expectSound(await judgeResult(result, { url: '/' }, Date.now())),
      ),
      tries(1000),
    )
  })
})
