import { describe, expect, it } from 'vitest'
import { judge } from '../../demo/server/session/verdict.ts'
import type { RefreshToken, Session } from '../../demo/server/store/rows.ts'

const now = 1_000_000
const grace = 10_000
const lenient = { gracePeriod: grace, strict: false }
const strict = { gracePeriod: grace, strict: true }

const session: Session = {
  id: 's',
  userId: 'u',
  tokenVersion: 1,
  currentVersion: 1,
  createdAt: 0,
  expiresAt: now + 1,
  revokedAt: null,
  revokedReason: null,
  userAgent: null,
  ip: null,
  userDisabledAt: null,
}

/** Old enough to be exchanged, not exchanged yet. */
const token: RefreshToken = {
  hash: 't',
  sessionId: 's',
  parentHash: null,
  gen: 0,
  createdAt: now - grace,
  idleExpiresAt: now + 1,
  presentedAt: null,
  usedAt: null,
  handedOutAt: null,
  droppedAt: null,
  successorSealed: null,
  parentHandedOutAt: null,
  successor: null,
}

const unseen = { hash: 'c', gen: 1, idleExpiresAt: now + 1, presentedAt: null, usedAt: null }
const seen = { ...unseen, presentedAt: now - 1 }
const spentSuccessor = { ...seen, usedAt: now - 1 }

const justSpent = { ...token, usedAt: now - grace + 1, successorSealed: 'sealed', successor: unseen }
const longSpent = { ...justSpent, usedAt: now - grace, handedOutAt: now - grace }
const givenAgain = { ...longSpent, handedOutAt: now - grace + 1 }

const young = { ...token, createdAt: now - grace + 1 }
const dropped = { ...token, droppedAt: now - 1 }

describe('a presented refresh token means', () => {
  it.each([
    ['nothing known', undefined, undefined, 'no_session', 'no_session'],
    ['a token without its session', token, undefined, 'no_session', 'no_session'],
    ['a revoked session', token, { ...session, revokedAt: 0 }, 'session_revoked', 'session_revoked'],
    [
      'an older token version',
      token,
      { ...session, currentVersion: 2 },
      'session_revoked',
      'session_revoked',
    ],
    [
      'a session at its absolute end',
      token,
      { ...session, expiresAt: now },
      'session_expired',
      'session_expired',
    ],
    [
      'a token at its idle end',
      { ...token, idleExpiresAt: now },
      session,
      'session_expired',
      'session_expired',
    ],
    ['a young token', young, session, 'keep', 'rotate'],
    ['a token as old as the grace period', token, session, 'rotate', 'rotate'],
    ['just spent, successor unseen', justSpent, session, 'replay', 'refresh_reused'],
    ['just spent, successor seen', { ...justSpent, successor: seen }, session, 'replay', 'refresh_reused'],
    [
      'just spent, successor spent too',
      { ...justSpent, successor: spentSuccessor },
      session,
      'refresh_reused',
      'refresh_reused',
    ],
    ['just spent, seal wiped', { ...justSpent, successorSealed: null }, session, 'sibling', 'refresh_reused'],
    ['long spent, successor unseen', longSpent, session, 'sibling', 'refresh_reused'],
    ['long spent, successor unseen but on its way', givenAgain, session, 'replay', 'refresh_reused'],
    [
      'long spent, successor on its way, seal wiped',
      { ...givenAgain, successorSealed: null },
      session,
      'sibling',
      'refresh_reused',
    ],
    [
      'long spent, successor on its way and seen',
      { ...givenAgain, successor: seen },
      session,
      'replay',
      'refresh_reused',
    ],
    [
      'spent six periods ago, successor on its way and seen',
      { ...givenAgain, usedAt: now - 6 * grace, successor: seen },
      session,
      'refresh_reused',
      'refresh_reused',
    ],
    [
      'spent six periods ago, successor on its way and unseen',
      { ...givenAgain, usedAt: now - 6 * grace },
      session,
      'replay',
      'refresh_reused',
    ],
    [
      'long spent, successor on its way and spent too',
      { ...givenAgain, successor: spentSuccessor },
      session,
      'refresh_reused',
      'refresh_reused',
    ],
    ['a token given again a moment ago', { ...token, parentHandedOutAt: now - 1 }, session, 'keep', 'rotate'],
    [
      'a token given again a period ago',
      { ...token, parentHandedOutAt: now - grace },
      session,
      'rotate',
      'rotate',
    ],
    [
      'a token given again a moment ago, six periods old',
      { ...token, createdAt: now - 6 * grace, parentHandedOutAt: now - 1 },
      session,
      'rotate',
      'rotate',
    ],
    [
      'long spent, successor seen',
      { ...longSpent, successor: seen },
      session,
      'refresh_reused',
      'refresh_reused',
    ],
    [
      'spent without a successor',
      { ...longSpent, successor: null },
      session,
      'refresh_reused',
      'refresh_reused',
    ],
    [
      'long spent and at its idle end',
      { ...longSpent, idleExpiresAt: now, successor: seen },
      session,
      'session_expired',
      'session_expired',
    ],
    ['a dropped token', dropped, session, 'refresh_reused', 'refresh_reused'],
    ['a young dropped token', { ...young, droppedAt: now }, session, 'refresh_reused', 'refresh_reused'],
    [
      'a dropped token at its idle end',
      { ...dropped, idleExpiresAt: now },
      session,
      'refresh_reused',
      'refresh_reused',
    ],
    [
      'a dropped token of a revoked session',
      dropped,
      { ...session, revokedAt: 0 },
      'session_revoked',
      'session_revoked',
    ],
  ])('%s', (_case, presented, family, verdict, strictVerdict) => {
    expect(judge(presented, family, now, lenient)).toBe(verdict)
    expect(judge(presented, family, now, strict)).toBe(strictVerdict)
  })

  it('exchanges at once and knows no grace when the grace period is 0', () => {
    const none = { gracePeriod: 0, strict: false }
    expect(judge({ ...token, createdAt: now }, session, now, none)).toBe('rotate')
    expect(judge({ ...justSpent, usedAt: now }, session, now, none)).toBe('sibling')
  })
})
