import fc from 'fast-check'

/** What does not change while the commands run. */
export interface Setting {
  /** Whether a spent refresh cookie is theft at once, or forgiven as long as its successor has never come back. */
  readonly rotation: 'strict' | 'forgiving'
  /** Of access tokens. */
  readonly lifetime: number
  /** Whether the refresh cookie has a readable companion. */
  readonly setsHint: boolean
  readonly shareToken: boolean
  /** Whether somebody is signed in as the first page opens. */
  readonly isBegun: boolean
  /** Of all chance in the library. */
  readonly seed: number
}

export const settings: fc.Arbitrary<Setting> = fc.record({
  rotation: fc.constantFrom('strict', 'strict', 'forgiving'),
  lifetime: fc.constantFrom(60_000, 10_000, 300_000, 900_000),
  setsHint: fc.boolean(),
  shareToken: fc.constantFrom(true, true, true, false),
  isBegun: fc.constantFrom(true, true, true, false),
  seed: fc.nat(),
})
