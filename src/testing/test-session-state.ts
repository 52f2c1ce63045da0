import { isTokenText } from '../session/access-token.ts'
import { type EndReason, isSilentRefreshError, RefreshUnavailableError } from '../session/errors.ts'
import type { SessionEvent } from '../session/events.ts'
import type { SessionSnapshot } from '../session/snapshot.ts'
import { checkTestOptions } from './check-test-options.ts'

/**
 * How a {@link TestSession} stands: any part of a snapshot, and the token.
 *
 * @example
 * const offline: TestSessionState = { stale: true, error: new Error('no network') }
 */
export type TestSessionState = {
  readonly [key in keyof SessionSnapshot]?: SessionSnapshot[key] | undefined
} & {
  /** The token that requests carry while somebody is signed in; `null` for none. @default 'test-token' */
  readonly accessToken?: string | null | undefined
}

const statuses: readonly unknown[] = ['loading', 'authenticated', 'unauthenticated']
const reasons: readonly unknown[] = [
  'none',
  'expired',
  'signed_out',
  'signed_out_elsewhere',
  'replaced',
  'disposed',
]
const flag = [(value: unknown) => typeof value === 'boolean', 'true or false'] as const

const rules = {
  status: [
    (value: unknown) => statuses.includes(value),
    '"loading", "authenticated" or "unauthenticated"',
  ] as const,
  stale: flag,
  refreshing: flag,
  expiresAt: [Number.isFinite, 'a number of milliseconds since 1970'] as const,
  reason: [(value: unknown) => reasons.includes(value), `one of ${reasons.join(', ')}`] as const,
  error: [(value: unknown) => value instanceof Error, 'an Error'] as const,
  coordination: [
    (value: unknown) => ['full', 'local', 'none'].includes(value as string),
    '"full", "local" or "none"',
  ] as const,
  accessToken: [(value: unknown) => value === null || isTokenText(value), 'a token, or null'] as const,
}

/** Throws a `TypeError` that names what cannot be part of a session's state. */
export function checkState(state: TestSessionState): void {
  checkTestOptions(state, rules)
}

/** Why a session is over, if the test does not say. */
function reasonAfter({ status, reason }: SessionSnapshot): EndReason {
  return reason ?? (status === 'loading' ? 'none' : 'expired')
}

/** The snapshot after a change: what does not go with its status is left out. */
export function changed(before: SessionSnapshot, change: TestSessionState): SessionSnapshot {
  const { accessToken: _, ...given } = change
  const status = given.status ?? (given.reason ? 'unauthenticated' : before.status)
  const isOver = status === 'unauthenticated'
  const isSame = status === before.status
  const next: SessionSnapshot = {
    status,
    stale: status === 'authenticated' && (given.stale ?? (isSame && before.stale)),
    refreshing: given.refreshing ?? (isSame && before.refreshing),
    expiresAt:
      status !== 'authenticated' ? undefined : 'expiresAt' in given ? given.expiresAt : before.expiresAt,
    reason: isOver ? (given.reason ?? reasonAfter(before)) : undefined,
    error: 'error' in given ? given.error : isSame ? before.error : undefined,
    coordination: given.coordination ?? before.coordination,
  }
  const facts = Object.keys(next) as (keyof SessionSnapshot)[]
  return facts.every((fact) => next[fact] === before[fact]) ? before : Object.freeze(next)
}

function failed(given: Error, waiting: number): SessionEvent {
  const error = isSilentRefreshError(given) ? given : new RefreshUnavailableError(given.message, given)
  const retryAt = error.code === 'ERR_REFRESH_UNAVAILABLE' ? error.retryAt : undefined
  return { type: 'refresh-failed', reason: 'requested', error, retryAt, waiting }
}

/** What a session would tell after such a change. */
export function eventOf(before: SessionSnapshot, now: SessionSnapshot, waiting: number): SessionEvent {
  const { status, expiresAt, error } = now
  const refreshed = (reason: 'startup' | 'requested'): SessionEvent => ({
    type: 'refreshed',
    reason,
    expiresAt,
    duration: 0,
    waiting,
  })
  if (now.reason && now.reason !== before.reason) return { type: 'ended', reason: now.reason }
  if (status !== before.status) {
    if (status === 'loading') return { type: 'refresh-started', reason: 'startup' }
    return before.status === 'loading' ? refreshed('startup') : { type: 'signed-in' }
  }
  if (now.stale && !before.stale) return { type: 'stale' }
  if (error && error !== before.error) return failed(error, waiting)
  if (now.refreshing && !before.refreshing) return { type: 'refresh-started', reason: 'requested' }
  return refreshed('requested')
}
