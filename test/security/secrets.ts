import { createSecretSearch, printsOf, textsOf } from './secret-search.ts'

// One per test file: vitest gives each its own modules.
const search = createSecretSearch()

interface Seen {
  readonly place: string
  readonly value: unknown
  readonly isPrinted: boolean
}

/** So much is kept before it is looked through: the many calls of a long test are not held until its end. */
const most = 2000

let seen: Seen[] = []
let leaks = new Set<string>()
let permit: string | undefined

/** From now on this text, a token that was issued, may be seen nowhere. */
export function keepSecret(token: unknown): void {
  search.add(token)
}

/** Has a value looked through, later: what is added to an error until then counts, too. */
export function look(place: string, value: unknown, isPrinted = false): void {
  seen.push({ place, value, isPrinted })
  if (seen.length >= most) lookThrough()
}

function lookThrough(): void {
  const values = seen
  seen = []
  if (search.size === 0 || permit !== undefined) return
  for (const { place, value, isPrinted } of values) {
    const texts = typeof value === 'string' ? [value] : textsOf(value)
    if (isPrinted && typeof value !== 'string') texts.push(...printsOf(value))
    if (texts.some(search.isIn)) leaks.add(place)
  }
}

/** Where tokens have been seen since the last time. */
export function takeLeaks(): string[] {
  lookThrough()
  const places = [...leaks]
  leaks = new Set()
  return places
}

/** For a test that hands a token out on purpose: from here to its end nothing is watched. The reason is for the reader. */
export function mayShowTokens(reason: string): void {
  lookThrough()
  permit = reason
}

export function endPermit(): void {
  permit = undefined
}
