import { jwtDecode } from 'jwt-decode'
import { after, type Moment, never, until } from './moment.ts'
import { ownProperty } from './own-property.ts'

/** The access token as a value. Two refreshes never give the same object, so identity tells old from new. */
export interface AccessToken {
  /** The raw token; empty in the cookie-only mode, where JavaScript never sees it. */
  readonly value: string
  /** What the `Authorization` header says; undefined in the cookie-only mode. */
  readonly authorization: string | undefined
  /** The sign-in it belongs to. */
  readonly epoch: number
  /** Who it belongs to: compared, never trusted. */
  readonly subject: string | undefined
  /** Milliseconds from its issue to its end; undefined where nobody says. */
  readonly lifetime: number | undefined
  /** When it was asked for: no earlier can it have been issued. */
  readonly issuedAt: Moment
  readonly expiresAt: Moment
  /** When a refresh ahead of expiry is due. */
  readonly refreshAt: Moment
  /** Until then a 401 is not blamed on its age: it has only just been issued. */
  readonly freshUntil: Moment
}

/** What an answer said about a token, before it belongs to a session. */
export interface TokenFacts {
  readonly value: string
  /** Milliseconds from its issue to its end; undefined where nobody says. */
  readonly lifetime: number | undefined
  readonly subject: string | undefined
}

// RFC 6750 section 2.1 allows less (b64token); anything that a header may carry is left to the backend.
export function isTokenText(value: unknown): value is string {
  return typeof value === 'string' && /^[\x21-\x7e]+$/.test(value)
}

/**
 * What a JWT says of itself. A token that is opaque, malformed or huge says nothing, and then works by 401 alone.
 * `exp` is compared with the token's own `iat` (or with the server's clock), never with the client's.
 */
export function readJwt(value: string, serverTime?: number): { lifetime?: number; subject?: string } {
  let claims: unknown
  try {
    claims = value.length < 65_536 ? jwtDecode(value) : undefined
  } catch {
    return {}
  }
  const exp = ownProperty(claims, 'exp')
  const iat = ownProperty(claims, 'iat')
  const sub = ownProperty(claims, 'sub')
  const start = typeof iat === 'number' ? iat * 1000 : serverTime
  const lifetime = typeof exp === 'number' && start !== undefined ? exp * 1000 - start : NaN
  return {
    ...(Number.isFinite(lifetime) && { lifetime }),
    ...(typeof sub === 'string' && { subject: sub }),
  }
}

/** Refreshing ahead is pointless below this margin: timers of hidden tabs are only that precise. */
const smallestMargin = 1000
const longestFreshness = 5000

export interface Issue {
  readonly scheme: string
  readonly epoch: number
  /** When the request for it began: the server may have issued it any time after. */
  readonly startedAt: Moment
  /**
   * Since when it is known to be just issued; undefined where it is not known: the app may hand us a token of any age.
   */
  readonly freshFrom: Moment | undefined
  /** The user's `refreshMargin`, undefined for the default. */
  readonly margin: number | undefined
  /** 0 to 1, so that clients which signed in together do not refresh together. */
  readonly jitter: number
}

export function issueAccessToken(facts: TokenFacts, issue: Issue): AccessToken {
  const { value, lifetime, subject } = facts
  const { startedAt, freshFrom, scheme, epoch } = issue
  const share = lifetime ?? Infinity
  const margin = Math.min(issue.margin ?? 60_000, share * (issue.margin === undefined ? 0.2 : 0.5))
  const lead = margin * (1 - issue.jitter / 4)
  return {
    value,
    authorization: (value && (scheme ? `${scheme} ${value}` : value)) || undefined,
    epoch,
    subject,
    lifetime,
    issuedAt: startedAt,
    expiresAt: lifetime === undefined ? never : after(startedAt, lifetime),
    refreshAt: lifetime === undefined || margin <= smallestMargin ? never : after(startedAt, lifetime - lead),
    freshUntil: freshFrom ? after(freshFrom, Math.min(longestFreshness, share / 4)) : startedAt,
  }
}

export function isUsable(token: AccessToken, now: Moment, minTtl = 0): boolean {
  return until(token.expiresAt, now) > minTtl
}
