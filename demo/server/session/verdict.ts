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

/** So many grace periods at most, counted from the exchange. */
const mostStretch = 6

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
  if (token.usedAt === null) return judgeUnspent(token, now, rules)
  return judgeSpent(token, token.usedAt, now, rules)
}

function judgeUnspent(
  { createdAt, parentHandedOutAt }: RefreshToken,
  now: number,
  rules: RefreshRules,
): Verdict {
  const isYoung = !rules.strict && isRecent(createdAt, parentHandedOutAt, now, rules)
  return isYoung ? 'keep' : 'rotate'
}

function judgeSpent(token: RefreshToken, usedAt: number, now: number, rules: RefreshRules): Verdict {
  const { successor, successorSealed, handedOutAt } = token
  if (rules.strict || !successor) return 'refresh_reused'
  const canReplay = successorSealed !== null && successor.usedAt === null
  // Grace is for the immediate predecessor only: a spent successor has a successor of its own.
  if (canReplay && isRecent(usedAt, handedOutAt, now, rules)) return 'replay'
  if (successor.presentedAt !== null) return 'refresh_reused'
  // Given to somebody a moment ago, it is on its way: a sibling now would make a thief of whom it reaches.
  const isOnItsWay = now - (handedOutAt ?? usedAt) < rules.gracePeriod
  return canReplay && isOnItsWay ? 'replay' : 'sibling'
}

/**
 * Whether the exchange is so recent that requests from before may still be under way. Giving the successor out once
 * more begins that anew, for a client whose first answer was lost; not for ever, or a thief could keep it going.
 */
function isRecent(since: number, again: number | null, now: number, { gracePeriod }: RefreshRules): boolean {
  if (now - since < gracePeriod) return true
  return again !== null && now - again < gracePeriod && now - since < gracePeriod * mostStretch
}
