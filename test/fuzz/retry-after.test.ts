import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createBackOff } from '../../src/session/back-off.ts'
import { judgeResponse } from '../../src/session/refresh-outcome.ts'
import { patience, seed, tries } from './seed.ts'

const now = Date.UTC(2026, 0, 1)

async function waitFor(said: string, date: string | undefined = new Date(now).toUTCString()) {
  const headers = new Headers({ 'Retry-After': said, ...(date !== undefined && { Date: date }) })
  const outcome = await judgeResponse(new Response(null, { status: 503, headers }), { url: '/' })
  expect(outcome.kind).toBe('unavailable')
  return (outcome as { retryAfter?: number }).retryAfter
}

/** How long a session waits at most, whatever it is told. */
function longestDelay(retryAfter: number | undefined, random: number): number {
  const backOff = createBackOff(() => random)
  backOff.fail({ message: '', retryAfter }, { wall: now, monotonic: 0 })
  const { retryAt } = backOff
  expect(retryAt?.wall).toBe(now + (retryAt?.monotonic ?? NaN))
  return retryAt?.monotonic ?? NaN
}

const asHeader = (text: string) => {
  try {
    return new Headers({ 'Retry-After': text }).get('Retry-After') === text
  } catch {
    return false
  }
}
const unit = fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true })

describe(`Retry-After at random (FUZZ_SEED=${seed})`, patience, () => {
  it('is seconds when it is digits', () =>
    fc.assert(
      fc.asyncProperty(fc.nat(), async (seconds) => {
        expect(await waitFor(String(seconds))).toBe(seconds * 1000)
      }),
      tries(300),
    ))

  it('is a date by the clock of the server, and means nothing where that is not known', () =>
    fc.assert(
      fc.asyncProperty(fc.integer({ min: -1e9, max: 1e9 }), fc.string(), async (offset, noDate) => {
        const date = new Date(now + offset * 1000).toUTCString()
        expect(await waitFor(date)).toBe(Math.max(0, offset * 1000))
        if (asHeader(noDate) && Number.isNaN(Date.parse(noDate)))
          expect(await waitFor(date, noDate)).toBeUndefined()
      }),
      tries(300),
    ))

  it('is a length of time or nothing, whatever it says', () => {
    const garbage = fc.oneof(
      fc.string({ maxLength: 40 }),
      fc.string({ unit: fc.constantFrom(...'0123456789-+.,eE :GMT'), maxLength: 20 }),
      fc.constantFrom('-1', '+1', '1.5', '1e9', '0x10', '٣', '1, 2', 'Infinity', 'NaN', '9'.repeat(400)),
      fc.double().map(String),
    )
    return fc.assert(
      fc.asyncProperty(garbage.filter(asHeader), async (said) => {
        const delay = await waitFor(said)
        if (delay !== undefined) expect(delay >= 0 && delay < Infinity).toBe(true)
      }),
      tries(1000),
    )
  })

  it('never makes a session wait less than a quarter of a second, or more than five and a half minutes', () => {
    const said = fc.oneof(
      fc.constantFrom(undefined, 0, 1, 1e308, Number.MAX_SAFE_INTEGER),
      fc.double({ min: 0, noNaN: true }),
    )
    fc.assert(
      fc.property(said, unit, (retryAfter, random) => {
        const delay = longestDelay(retryAfter, random)
        expect(delay).toBeGreaterThanOrEqual(250)
        expect(delay).toBeLessThanOrEqual(330_000)
      }),
      tries(1000),
    )
  })
})
