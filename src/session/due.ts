import type { AccessToken } from './access-token.ts'
import { earliest, latest, type Moment } from './moment.ts'
import type { SessionSnapshot } from './options.ts'

/** What decides when a page has to do something by itself. */
export interface Situation {
  readonly now: Moment
  readonly status: SessionSnapshot['status']
  readonly token: AccessToken | null
  readonly isVisible: boolean
  readonly isOnline: boolean
  /** A refresh is under way, or must not start. */
  readonly isBusy: boolean
  /** When the patience of who has waited longest is over. */
  readonly firstDeadline: Moment | undefined
  /** Before this no attempt is made, for anybody. */
  readonly retryAt: Moment | undefined
  /** Before this the page makes no attempt by itself. */
  readonly restUntil: Moment | undefined
}

/**
 * When the page wants a refresh although nobody waits for one. A hidden page wants none: it has one on its return, or
 * when a request needs it.
 */
export function proactiveDue(situation: Situation): Moment | undefined {
  const { now, status, token, isVisible, isOnline, restUntil } = situation
  if (!isVisible || !isOnline || status === 'unauthenticated') return undefined
  const wish = token ? token.refreshAt : now
  return restUntil ? latest(wish, restUntil) : wish
}

/** The next moment that matters: an attempt, or the end of somebody's patience. Offline there is nothing to attempt. */
export function nextDue(situation: Situation): Moment | undefined {
  const { now, isOnline, isBusy, firstDeadline, retryAt } = situation
  if (isBusy) return firstDeadline
  const wish = firstDeadline ? (isOnline ? now : undefined) : proactiveDue(situation)
  const attempt = wish && retryAt ? latest(wish, retryAt) : wish
  return attempt && firstDeadline ? earliest(attempt, firstDeadline) : (attempt ?? firstDeadline)
}
