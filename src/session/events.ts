import type { AnySilentRefreshError, EndReason } from './errors.ts'
import type { RefreshReason } from './refresh-function.ts'

/** What happened to the session. No event carries a token. Durations and times are milliseconds. */
export type SessionEvent =
  | {
      readonly type: 'signed-in'
      /** Set if it happened in another tab. */
      readonly elsewhere?: true
    }
  /** A token is wanted. Should another tab get it first, `adopted` follows instead of `refreshed`. */
  | { readonly type: 'refresh-started'; readonly reason: RefreshReason }
  | {
      readonly type: 'refreshed'
      readonly reason: RefreshReason
      /** End of the new token's life, in epoch milliseconds by the local clock, if known. */
      readonly expiresAt: number | undefined
      /** From the request to the answer. */
      readonly duration: number
      /** How many were waiting for it: requests, and callers of the session's own methods. */
      readonly waiting: number
    }
  /** Another tab has the session already, or has refreshed it: its token is this tab's, too. */
  | {
      readonly type: 'adopted'
      /** End of the token's life, in epoch milliseconds by the local clock, if known. */
      readonly expiresAt: number | undefined
      readonly waiting: number
    }
  | {
      readonly type: 'refresh-failed'
      readonly reason: RefreshReason
      readonly error: AnySilentRefreshError
      /** When the next attempt is due at the earliest, if one is planned. */
      readonly retryAt: number | undefined
      readonly waiting: number
    }
  /** A sign-in or sign-out came first, or the page is left: nobody waits for the refresh under way any more. */
  | { readonly type: 'refresh-abandoned' }
  /** The token has expired, and the refreshes tried so far have failed. */
  | { readonly type: 'stale' }
  | {
      readonly type: 'ended'
      readonly reason: EndReason
      /** What the refresh endpoint answered, where that ended the session. */
      readonly message?: string
    }

/** Told of every event, after the fact and never awaited. What it throws disturbs nobody. */
export type SessionListener = (event: SessionEvent) => void

/** A request as its events show it. */
export interface RequestFacts {
  /** The same in all events of one request. */
  readonly id: number
  readonly method: string
  /** Without query and fragment, which may hold secrets. */
  readonly url: string
}

/** What happened to a request, if it was out of the ordinary. None of them carries a token. */
export type RequestEvent =
  /** It waits for a token: none is known yet, the one held has expired, or its own was refused with a 401. */
  | {
      readonly type: 'request-held'
      readonly request: RequestFacts
      readonly reason: 'startup' | 'expired' | 'rejected'
    }
  /** It was sent after it had waited; `retried` if it was for the second time. `waited` is 0 if a newer token was there. */
  | {
      readonly type: 'request-sent' | 'request-retried'
      readonly request: RequestFacts
      readonly waited: number
    }
  /** It was given up while it waited: aborted, timed out, or no token could be had. */
  | { readonly type: 'request-dropped'; readonly request: RequestFacts; readonly waited: number }
  /**
   * Its 401 is the caller's. `not_expired`: it does not say that the token has expired; `just_issued`: a token so new
   * cannot have; `one_shot_body`: it cannot be sent twice; `retried`: it has been already; `signing_in`: a login call is
   * under way; `no_session`: nobody is signed in any more; `refresh_failed`: no newer token could be had.
   */
  | {
      readonly type: 'request-passed'
      readonly request: RequestFacts
      readonly why:
        | 'not_expired'
        | 'just_issued'
        | 'one_shot_body'
        | 'retried'
        | 'signing_in'
        | 'no_session'
        | 'refresh_failed'
    }

export type AnyEvent = SessionEvent | RequestEvent

/** Told of the events of requests as well, see `subscribe`. */
export type AnyListener = (event: AnyEvent) => void
