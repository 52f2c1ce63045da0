import type { AnySilentRefreshError, EndReason } from './errors.ts'
import type { RefreshReason } from './options.ts'

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
  | { readonly type: 'ended'; readonly reason: EndReason }

/** Told of every event, after the fact and never awaited. What it throws disturbs nobody. */
export type SessionListener = (event: SessionEvent) => void
