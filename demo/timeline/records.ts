import type { EndReason, RefreshReason, RequestEvent } from 'silent-refresh'

type Held = Extract<RequestEvent, { type: 'request-held' }>
type Passed = Extract<RequestEvent, { type: 'request-passed' }>

/** Who made a call: a button of the page by one of the clients, or the page for itself. */
export type Caller = 'axios' | 'fetch' | 'page'

/** What is written down. Never a token, a body or a query. */
export type Happening =
  | { readonly type: 'opened' | 'closed' }
  | {
      readonly type: 'begun'
      readonly call: string
      readonly caller: Caller
      readonly method: string
      readonly path: string
    }
  | { readonly type: 'held'; readonly call: string; readonly reason: Held['reason'] }
  /** It really leaves the page; twice, if it is retried. */
  | { readonly type: 'sent'; readonly call: string }
  /** `null`: no answer came. */
  | { readonly type: 'answered'; readonly call: string; readonly status: number | null }
  | { readonly type: 'passed'; readonly call: string; readonly why: Passed['why'] }
  | { readonly type: 'dropped'; readonly call: string }
  /** What the caller got: a status, or the code of an error. */
  | { readonly type: 'settled'; readonly call: string; readonly outcome: number | string }
  | { readonly type: 'signed-in'; readonly elsewhere: boolean; readonly expiresAt: number | undefined }
  | { readonly type: 'refresh-started'; readonly reason: RefreshReason }
  | {
      readonly type: 'refreshed'
      readonly expiresAt: number | undefined
      /** From the request to the answer. */
      readonly duration: number
    }
  | { readonly type: 'adopted'; readonly expiresAt: number | undefined }
  | { readonly type: 'refresh-failed'; readonly message: string; readonly retryAt: number | undefined }
  | { readonly type: 'refresh-abandoned' }
  | { readonly type: 'ended'; readonly reason: EndReason }
  /** How the tab stands to the Web Lock under which the refresh cookie is written. */
  | { readonly type: 'lock'; readonly state: LockState }
  /** What the visitor did. */
  | { readonly type: 'deed'; readonly action: string; readonly text: string }

export type LockState = 'free' | 'waiting' | 'held'

/** Whose, and when: epoch milliseconds, with fractions. */
export interface Stamp {
  readonly tab: string
  readonly at: number
}

export type TimelineRecord = Happening & Stamp

/** All tabs of a machine agree on it, to a millisecond or so. */
export const epochNow = () => performance.timeOrigin + performance.now()
