import type { Clock, Random } from '../ambient.ts'
import type { Settings } from '../settings.ts'
import type { AuditEvent, RefreshToken, Session } from '../store/rows.ts'
import type { Records, Store } from '../store/store.ts'
import { StoreUnavailableError, TransactionConflictError } from '../store/store.ts'
import { recordEvent } from './audit.ts'
import type { Client } from './client.ts'
import type { Limiter } from './limiter.ts'
import { limits } from './limits.ts'
import { createRefreshToken, hashToken, openSuccessor, sealSuccessor } from './refresh-tokens.ts'
import { judge, type RefreshRules, type Refusal } from './verdict.ts'

export interface RotationPorts {
  store: Store
  clock: Clock
  clockStep: () => number
  random: Random
  limiter: Limiter
  settings: Settings
}

/** `cookie` is what to set; `null` leaves the browser's cookie as it is. */
export type RefreshOutcome =
  | { granted: false; code: Refusal }
  | { granted: false; code: 'rate_limited'; session: Session; retryAfter: number }
  | { granted: true; session: Session; cookie: IssuedToken | null }

export interface IssuedToken {
  token: string
  gen: number
  idleExpiresAt: number
}

/** A successor made beforehand, so that no cryptography runs inside the transaction. */
interface Candidate {
  token: string
  hash: string
  sealed: string | null
}

interface Found {
  token: RefreshToken
  session: Session
}

/** What the transaction settled; the sealed successor is opened after it. */
type Settlement =
  | { kind: 'refused'; code: Refusal }
  | { kind: 'limited'; session: Session; retryAfter: number }
  | { kind: 'kept' | 'replayed' | 'exchanged'; found: Found; idleExpiresAt: number; gen: number }

/** A refresh token as it came in, with who brought it. */
export interface Presentation {
  hash: string
  candidate: Candidate
  client: Client
  now: number
  rules: RefreshRules
  /** Counts against the session once, however often the transaction is run again. */
  limit: (sessionId: string) => number
}

/** Exchanges a presented refresh token. A refusal is committed before this resolves: it never throws it. */
export async function presentRefreshToken(
  presented: string,
  client: Client,
  ports: RotationPorts,
): Promise<RefreshOutcome> {
  const { store, clock, random, settings } = ports
  const hash = await hashToken(presented)
  const token = createRefreshToken(random)
  const sealed = settings.strict ? null : await sealSuccessor(presented, token, random)
  const candidate = { token, hash: await hashToken(token), sealed }
  const limit = createLimit(ports)
  const settlement = await store.write((records) => {
    const rules = { strict: settings.strict, gracePeriod: settings.gracePeriod + ports.clockStep() }
    return settle(records, { hash, candidate, client, now: clock(), rules, limit }, ports)
  })

  if (settlement.kind === 'refused') return { granted: false, code: settlement.code }
  if (settlement.kind === 'limited') {
    const { session, retryAfter } = settlement
    return { granted: false, code: 'rate_limited', session, retryAfter }
  }
  const { found, gen, idleExpiresAt } = settlement
  const { session } = found
  if (settlement.kind === 'kept') return { granted: true, session, cookie: null }
  if (settlement.kind === 'exchanged')
    return { granted: true, session, cookie: { token, gen, idleExpiresAt } }
  const successor = await openSuccessor(presented, found.token.successorSealed ?? '')
  return { granted: true, session, cookie: { token: successor, gen, idleExpiresAt } }
}

function beginAgain(reason: string): never {
  throw new TransactionConflictError(reason)
}

function createLimit({ limiter }: RotationPorts): (sessionId: string) => number {
  let answer: number | undefined
  return (sessionId) => {
    answer ??= limiter.take(`refresh ${sessionId}`, limits.refreshOfSession)
    return answer
  }
}

/** A lost compare-and-swap means that the facts have changed: judge them again. */
async function settle(
  records: Records,
  presentation: Presentation,
  ports: RotationPorts,
): Promise<Settlement> {
  for (let attempt = 0; attempt < 5; attempt++) {
    const settlement = await settleOnce(records, presentation, ports)
    if (settlement) return settlement
  }
  throw new StoreUnavailableError('the refresh token kept changing hands')
}

async function settleOnce(
  records: Records,
  presentation: Presentation,
  ports: RotationPorts,
): Promise<Settlement | undefined> {
  const { hash, client, now } = presentation
  const found = await records.findToken(hash)
  const verdict = judge(found?.token, found?.session, now, presentation.rules)
  if (!found || verdict === 'no_session') return { kind: 'refused', code: 'no_session' }
  const { token, session } = found
  if (verdict === 'session_revoked' || verdict === 'session_expired')
    return { kind: 'refused', code: verdict }
  const record = (event: AuditEvent) =>
    recordEvent(records, ports.random, { event, at: now, session, client, detail: hash.slice(0, 8) })
  if (verdict === 'refresh_reused') {
    await records.revokeSession(session.id, now, 'reuse')
    await record('refresh_reused')
    return { kind: 'refused', code: verdict }
  }
  const retryAfter = presentation.limit(session.id)
  if (retryAfter > 0) return { kind: 'limited', session, retryAfter }

  switch (verdict) {
    case 'keep':
      if (!(await records.markPresented(hash, now))) return undefined
      await record('refresh_kept')
      return { kind: 'kept', found, gen: token.gen, idleExpiresAt: token.idleExpiresAt }
    case 'replay': {
      const { gen, idleExpiresAt } = token.successor ?? token
      if (!(await records.handOut(hash, { at: now, usedAt: token.usedAt }))) return undefined
      await record('refresh_replayed')
      return { kind: 'replayed', found, gen, idleExpiresAt }
    }
    case 'sibling':
      if (token.successor && !(await records.dropToken(token.successor.hash, now))) return undefined
      // Dropped for nothing: somebody has just been given the successor, and must not be taken for a thief.
      return (
        (await exchange(records, found, presentation, ports, () => record('refresh_sibling'))) ??
        beginAgain('the successor was handed out meanwhile')
      )
    case 'rotate':
      return exchange(records, found, presentation, ports, () => record('refresh_rotated'))
  }
}

async function exchange(
  records: Records,
  found: Found,
  { candidate, now }: Presentation,
  ports: RotationPorts,
  record: () => Promise<void>,
): Promise<Settlement | undefined> {
  const { token, session } = found
  const { usedAt, handedOutAt } = token
  const spending = { at: now, usedAt, handedOutAt, successorSealed: candidate.sealed }
  if (!(await records.spendToken(token.hash, spending))) return undefined
  const gen = (token.successor?.gen ?? token.gen) + 1
  const idleExpiresAt = Math.min(now + ports.settings.idleLifetime, session.expiresAt)
  await records.addToken({
    hash: candidate.hash,
    sessionId: session.id,
    parentHash: token.hash,
    gen,
    createdAt: now,
    idleExpiresAt,
    presentedAt: null,
    usedAt: null,
    handedOutAt: null,
    droppedAt: null,
    successorSealed: null,
  })
  // Whoever presents this token has no need of its parent's way to it any more.
  if (token.parentHash) await records.wipeSuccessor(token.parentHash)
  await record()
  return { kind: 'exchanged', found, gen, idleExpiresAt }
}
