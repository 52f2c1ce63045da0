/** Why a session is over. Carried by {@link SessionEndedError}, the snapshot and the `ended` event. */
export type EndReason =
  /** There was none: the visitor is anonymous. */
  | 'none'
  /** The refresh endpoint refused, definitively. */
  | 'expired'
  /** `signOut()` was called. */
  | 'signed_out'
  /** `signOut()` was called in another tab. */
  | 'signed_out_elsewhere'
  /** Somebody else signed in: through `signIn()`, or the refresh cookie now belongs to another user. */
  | 'replaced'
  /** `dispose()` was called. */
  | 'disposed'

/** The stable codes of this library's errors. Messages may improve at any time; codes do not change. */
export type SilentRefreshErrorCode =
  | 'ERR_SESSION_ENDED'
  | 'ERR_REFRESH_UNAVAILABLE'
  | 'ERR_REFRESH_MISCONFIGURED'
  | 'ERR_INVALID_TOKEN_RESPONSE'
  | 'ERR_SIGN_OUT_FAILED'

// Registered, so that two copies of the package on one page recognise each other's errors.
const mark = Symbol.for('silent-refresh.error')

/**
 * What every error of this library has in common. No error carries a token or an answer's body.
 *
 * With axios it arrives as the `cause` of an `AxiosError`, so that `catch` blocks written for axios stay true.
 */
export abstract class SilentRefreshError extends Error {
  /** What happened, for `switch`. */
  abstract readonly code: SilentRefreshErrorCode

  constructor(name: string, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
    // Spelled out, because minifiers rename classes.
    this.name = name
    Object.defineProperty(this, mark, { __proto__: null, value: true } as PropertyDescriptor)
  }
}

/** The session this request belonged to is over; signing in again is the way on. */
export class SessionEndedError extends SilentRefreshError {
  readonly code = 'ERR_SESSION_ENDED'
  /** Why it is over. */
  readonly reason: EndReason

  constructor(reason: EndReason, message = `The session is over (${reason}).`) {
    super('SessionEndedError', message)
    this.reason = reason
  }
}

/**
 * No usable token could be had in time: the network, the server or its rate limit was in the way.
 * The session is kept and the same request may simply be tried again. `cause` is the last failure.
 */
export class RefreshUnavailableError extends SilentRefreshError {
  readonly code = 'ERR_REFRESH_UNAVAILABLE'
  /** When the next attempt is due at the earliest, in epoch milliseconds by the local clock, if one is planned. */
  readonly retryAt: number | undefined

  constructor(message: string, cause?: unknown, retryAt?: number) {
    super('RefreshUnavailableError', message, cause)
    this.retryAt = retryAt
  }
}

/** The refresh endpoint is not one: 404, 405 and other answers that only a change of code will cure. */
export class RefreshMisconfiguredError extends SilentRefreshError {
  readonly code = 'ERR_REFRESH_MISCONFIGURED'
  /** The HTTP status it answered with. */
  readonly status: number

  constructor(message: string, status: number) {
    super('RefreshMisconfiguredError', message)
    this.status = status
  }
}

/** An answer said "success" but held no usable access token: a captive portal, a proxy, another body shape. */
export class InvalidTokenResponseError extends SilentRefreshError {
  readonly code = 'ERR_INVALID_TOKEN_RESPONSE'

  constructor(message: string) {
    super('InvalidTokenResponseError', message)
  }
}

/**
 * The user is signed out on this page, but the server could not be told: its cookie may still be alive.
 * Call `signOut()` again.
 */
export class SignOutFailedError extends SilentRefreshError {
  readonly code = 'ERR_SIGN_OUT_FAILED'

  constructor(message: string, cause?: unknown) {
    super('SignOutFailedError', message, cause)
  }
}

/** All of this library's errors, discriminated by `code`. */
export type AnySilentRefreshError =
  | SessionEndedError
  | RefreshUnavailableError
  | RefreshMisconfiguredError
  | InvalidTokenResponseError
  | SignOutFailedError

/**
 * Tells this library's errors from all others. Unlike `instanceof` it also knows those of a second copy of the
 * package.
 *
 * @example
 * try {
 *   await apiFetch('/api/me')
 * } catch (error) {
 *   if (isSilentRefreshError(error) && error.code === 'ERR_REFRESH_UNAVAILABLE') showOfflineBanner()
 *   else throw error
 * }
 */
export function isSilentRefreshError(error: unknown): error is AnySilentRefreshError {
  return typeof error === 'object' && error !== null && mark in error
}
