import type { EndReason } from './errors.ts'

/** An immutable picture of the session: the same object for as long as nothing has changed. */
export interface SessionSnapshot {
  /** `loading` until it is known whether there is a session; in doubt (offline) it stays so. */
  readonly status: 'loading' | 'authenticated' | 'unauthenticated'
  /** Signed in, but without a usable token at the moment: the refresh endpoint could not be reached. */
  readonly stale: boolean
  /** Whether a refresh is under way. A fact of its own: it does not change `status`. */
  readonly refreshing: boolean
  /** When the token expires, in epoch milliseconds by the local clock; undefined if nobody says. */
  readonly expiresAt: number | undefined
  /** Why the status is `unauthenticated`. */
  readonly reason: EndReason | undefined
  /** What went wrong at the last refresh, until one succeeds. */
  readonly error: Error | undefined
  /**
   * How far the tabs of this browser work together; it does not change while the page lives.
   * `full`: one refresh and one session for all of them.
   * `local`: as far as it goes. Without Web Locks (plain http) turns are taken by way of `localStorage`, which is not
   * certain; without `BroadcastChannel` tabs refresh one after another; without `localStorage` a page does not know of
   * the refresh of one that was left; embedded in another site, it does not reach the tabs outside. The server's grace
   * period covers the rest.
   * `none`: this tab is on its own.
   */
  readonly coordination: 'full' | 'local' | 'none'
}
