import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isTokenText, readJwt } from '../../src/session/access-token.ts'
import { bytes, patience, seed, tries } from './seed.ts'

const encode = (text: string) => Buffer.from(text).toString('base64url')

const instant = fc.oneof(
  fc.integer(),
  fc.double(),
  fc.constantFrom(0, -0, 1, 1.5, -1, 2 ** 31, 2 ** 53, 1e308, -1e308, NaN, Infinity),
)
const odd = fc.oneof(fc.jsonValue(), fc.constantFrom('1700000000', '', null, true, [], {}, [1], '__proto__'))
const claims = fc.record(
  {
    exp: fc.oneof(instant, odd),
    iat: fc.oneof(instant, odd),
    sub: fc.oneof(fc.string(), odd),
    other: fc.jsonValue(),
  },
  { requiredKeys: [] },
)
const serverTime = fc.oneof(fc.constant(undefined), fc.integer({ min: 0, max: 4e12 }))

/** What the claims say, by hand. */
function expected(payload: unknown, now: number | undefined) {
  const { exp, iat, sub } = payload as Record<string, unknown>
  const start = typeof iat === 'number' ? iat * 1000 : now
  const lifetime = typeof exp === 'number' && start !== undefined ? exp * 1000 - start : NaN
  return {
    ...(Number.isFinite(lifetime) && { lifetime }),
    ...(typeof sub === 'string' && { subject: sub }),
  }
}

function expectSound(said: ReturnType<typeof readJwt>): void {
  for (const [key, value] of Object.entries(said)) {
    expect(['lifetime', 'subject']).toContain(key)
    if (key === 'lifetime') expect(Number.isFinite(value)).toBe(true)
    else expect(value).toBeTypeOf('string')
  }
}

describe(`a JWT at random (FUZZ_SEED=${seed})`, patience, () => {
  it('says what its claims say, whatever type they have', () => {
    fc.assert(
      fc.property(claims, serverTime, fc.string({ maxLength: 20 }), (payload, now, rest) => {
        const json = JSON.stringify(payload)
        expect(readJwt(`${encode('{}')}.${encode(json)}.${rest}`, now)).toEqual(
          expected(JSON.parse(json), now),
        )
      }),
      tries(1500),
    )
  })

  it('says nothing, and never throws, when it is none', () => {
    const spoilt = fc.tuple(claims, fc.nat(), bytes(3), fc.nat(9)).map(([payload, at, text, cut]) => {
      const jwt = `${encode('{}')}.${encode(JSON.stringify(payload))}.x`
      const place = at % jwt.length
      return jwt.slice(0, place) + text + jwt.slice(place + cut)
    })
    const any = fc.oneof(
      spoilt,
      bytes(300),
      fc.array(fc.oneof(fc.base64String(), fc.string()), { maxLength: 6 }).map((parts) => parts.join('.')),
      fc.uint8Array({ maxLength: 100 }).map((bytes) => `e30.${Buffer.from(bytes).toString('base64url')}.x`),
    )
    fc.assert(
      fc.property(any, serverTime, (text, now) => expectSound(readJwt(text, now))),
      tries(1500),
    )
  })

  it('says nothing when its payload is not an object, or too large to be one of ours', () => {
    const payloads = fc.oneof(
      fc.jsonValue().filter((value) => typeof value !== 'object' || value === null),
      fc.array(fc.jsonValue()),
    )
    fc.assert(
      fc.property(payloads, (payload) => {
        expect(readJwt(`e30.${encode(JSON.stringify(payload))}.x`, 0)).toEqual({})
      }),
      tries(500),
    )
    expect(readJwt(`e30.${encode(`{"sub":"a","x":"${'x'.repeat(1e5)}"}`)}.x`)).toEqual({})
    expect(readJwt(`e30.${encode(`${'['.repeat(3e4)}${']'.repeat(3e4)}`)}.x`)).toEqual({})
  })

  it('takes claims from nowhere but the payload itself', () => {
    const inherited = '{"__proto__":{"exp":9,"iat":1,"sub":"eve"},"constructor":{"prototype":{"sub":"eve"}}}'
    expect(readJwt(`e30.${encode(inherited)}.x`, 0)).toEqual({})
    expect(Object.hasOwn(Object.prototype, 'sub')).toBe(false)
  })

  it('is a token for a header exactly if a header can carry it', () => {
    fc.assert(
      fc.property(fc.oneof(bytes(40), fc.string(), fc.base64String()), (text) => {
        const isPlain = text !== '' && [...text].every((letter) => letter > ' ' && letter < '\u007f')
        expect(isTokenText(text)).toBe(isPlain)
        if (isPlain) expect(new Headers({ Authorization: text }).get('Authorization')).toBe(text)
      }),
      tries(1500),
    )
  })
})
