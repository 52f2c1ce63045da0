/** Orders what the tabs of a browser tell each other: first by sign-in or sign-out, then by refresh. */
export interface Stamp {
  /** Larger for every later sign-in and sign-out. */
  readonly turn: number
  /** Which sign-in or sign-out: tells apart two tabs that took the same turn. */
  readonly login: string
  /** Counts the refreshes of one login. */
  readonly gen: number
}

/** Before anything is known. */
export const beginning: Stamp = { turn: 0, login: '', gen: 0 }

/** Which of two logins came later, whatever has been refreshed since: positive for `one`. */
export function compareLogins(one: Stamp, other: Stamp): number {
  if (one.turn !== other.turn) return one.turn - other.turn
  return one.login === other.login ? 0 : one.login > other.login ? 1 : -1
}

export function isLater(one: Stamp, other: Stamp): boolean {
  return (compareLogins(one, other) || one.gen - other.gen) > 0
}
