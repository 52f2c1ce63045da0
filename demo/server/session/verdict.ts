import type { RefreshToken, Session } from '../store/rows.ts'
import { findEnd } from './standing.ts'

export interface RefreshRules {
  /** Milliseconds. */
  gracePeriod: number
  strict: boolean
}

/** Why a refresh is refused: the codes of the answer. */
export type Refusal = 'no_session' | 'session_revoked' | 'session_expired' | 'refresh_reused'

/**
 * What a presented refresh token means:
 * `rotate` exchange it; `keep` too young to exchange; `replay` answer with the successor it already has;
 * `sibling` the successor never arrived, make another; else a refusal.
 */
export type Verdict = Refusal | 'rotate' | 'keep' | 'replay' | 'sibling'

/** The one place that decides; pure, so that every store shares one table of cases. */
export function judge(
  token: RefreshToken | undefined,
  session: Session | undefined,
  now: number,
  rules: RefreshRules,
): Verdict {
  if (!token || !session) return 'no_session'
  const end = findEnd(session, now)
  if (end) return end
  // Its answer was lost, or so we believed: whoever has it took it from the wire. That never expires.
  if (token.droppedAt !== null) return 'refresh_reused'
  if (token.idleExpiresAt <= now) return 'session_expired'
  if (token.usedAt === null) return judgeUnspent(token.createdAt, now, rules)
  return judgeSpent(token, token.usedAt, now, rules)
}

function judgeUnspent(createdAt: number, now: number, rules: RefreshRules): Verdict {
  const young = now - createdAt < rules.gracePeriod
  return young && !rules.strict ? 'keep' : 'rotate'
}

function judgeSpent(token: RefreshToken, usedAt: number, now: number, rules: RefreshRules): Verdict {
  if (rules.strict || !token.successor) return 'refresh_reused'
  const graceful = now - usedAt < rules.gracePeriod && token.successorSealed !== null
  // Grace is for the immediate predecessor only: a spent successor has a successor of its own.
  if (graceful && token.successor.usedAt === null) return 'replay'
  if (token.successor.presentedAt !== null) return 'refresh_reused'
  // Given to somebody a moment ago, it is on its way: a sibling now would make a thief of whom it reaches.
  const isOnItsWay = now - (token.handedOutAt ?? usedAt) < rules.gracePeriod
  return isOnItsWay && token.successorSealed !== null ? 'replay' : 'sibling'
}
