import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isExpiryChallenge } from '../../src/session/challenge.ts'
import { readReference } from './challenge-reference.ts'
import { bytes, patience, seed, tries } from './seed.ts'

const errors = ['invalid_token', 'insufficient_scope', 'insufficient_user_authentication', 'use_dpop_nonce']
const notExpiry = errors.slice(1)

/** What a header means, according to the reference. Undefined if it is not well-formed. */
function expected(header: string, scheme: string): boolean | undefined {
  const challenges = readReference(header)
  const isOurs = (word: string) => ['bearer', scheme.toLowerCase()].includes(word)
  // Another scheme's credentials that spell out the name of ours: no server sends such a challenge.
  if (challenges?.some(({ token68 }) => isOurs(token68.toLowerCase()))) return undefined
  const ours = challenges?.filter((each) => isOurs(each.scheme))
  return (
    ours &&
    ours.length > 0 &&
    !ours.some(({ parameters }) => notExpiry.includes(parameters.get('error') ?? ''))
  )
}

const letters = "!#$%&'*+-.^_`|~0129azAZ".split('')
const name = fc.oneof(
  fc.constantFrom('realm', 'error', 'scope', 'Error', 'error_description', 'nonce', 'bearer'),
  fc.string({ unit: fc.constantFrom(...letters), minLength: 1, maxLength: 6 }),
)
const scheme = fc.oneof(fc.constantFrom('Bearer', 'bearer', 'BEARER', 'DPoP', 'Basic', 'Token', 'JWT'), name)
const space = fc.constantFrom('', ' ', '\t', '  ')

/** Inside of quotes commas, equals signs and whole challenges are nothing but text. */
const quoted = fc
  .oneof(
    fc.constantFrom(...errors, 'Bearer error="insufficient_scope"', 'a, Basic b=c', '', '\\'),
    fc.string({ maxLength: 12 }),
  )
  .map((text) => `"${text.replaceAll(/["\\]/g, '\\$&')}"`)
const value = fc.oneof(fc.constantFrom(...errors), name, quoted)
const parameter = fc
  .tuple(name, space, space, value)
  .map(([key, before, after, text]) => `${key}${before}=${after}${text}`)
const challenge = fc
  .tuple(scheme, fc.array(parameter, { maxLength: 4 }), fc.constantFrom(',', ', ', ' ,', ',,'))
  .map(([word, parameters, comma]) => `${word}${parameters.length > 0 ? ' ' : ''}${parameters.join(comma)}`)
const token68 = fc
  .tuple(scheme, fc.base64String({ minLength: 4, maxLength: 12 }))
  .map(([word, text]) => `${word} ${text}`)
const header = fc
  .array(fc.oneof({ weight: 4, arbitrary: challenge }, token68), { minLength: 1, maxLength: 4 })
  .map((challenges) => challenges.join(', '))

/** A header with a letter or two that should not be there. */
const spoilt = fc
  .tuple(header, fc.nat(), fc.constantFrom('"', '\\', ',', '=', ' ', '\t', 'e', ';', '\u00e9', ''), fc.nat(3))
  .map(([text, at, letter, cut]) => {
    const place = at % (text.length + 1)
    return text.slice(0, place) + letter + text.slice(place + cut)
  })

describe(`WWW-Authenticate at random (FUZZ_SEED=${seed})`, patience, () => {
  it('is read as the RFC has it, however it is written', () => {
    let wellFormed = 0
    fc.assert(
      fc.property(fc.oneof(header, spoilt), fc.constantFrom('Bearer', 'JWT', 'Token', ''), (text, ours) => {
        const wanted = expected(text, ours)
        if (wanted === undefined) return
        wellFormed++
        expect(isExpiryChallenge(text, ours)).toBe(wanted)
      }),
      tries(4000),
    )
    expect(wellFormed).toBeGreaterThan(1000)
  })

  it('gives an answer for any text whatever', () => {
    const text = fc.oneof(spoilt, bytes(200), fc.string({ unit: 'grapheme' }))
    fc.assert(
      fc.property(text, fc.string(), (given, ours) => {
        expect(isExpiryChallenge(given, ours)).toBeTypeOf('boolean')
      }),
      tries(1500),
    )
  })
})
