import type { AccessToken } from './access-token.ts'
import { latest, type Moment, soonest } from './moment.ts'
import type { SessionSnapshot } from './snapshot.ts'

/** What decides when a page has to do something by itself. */
export interface Situation {
  readonly now: Moment
  readonly status: SessionSnapshot['status']
  readonly token: AccessToken | null
  readonly isVisible: boolean
  readonly isOnline: boolean
  /** When the snapshot turns stale, if refreshes have failed. */
  readonly staleAt: Moment | undefined
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
  return latest(wish, restUntil)
}

/** The next moment that matters: an attempt, the end of somebody's patience, or of the token's life. */
export function nextDue(situation: Situation): Moment | undefined {
  return soonest(nextAttempt(situation), situation.firstDeadline, situation.staleAt)
}

function nextAttempt({ isBusy, ...situation }: Situation): Moment | undefined {
  const { now, isOnline, firstDeadline, retryAt } = situation
  if (isBusy) return undefined
  // Offline there is nothing to attempt.
  const wish = firstDeadline ? (isOnline ? now : undefined) : proactiveDue({ isBusy, ...situation })
  return wish && latest(wish, retryAt)
}
