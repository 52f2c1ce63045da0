import { base64url } from 'jose'
import { issueAccessToken } from '../session/access-tokens.ts'
import { recordEvent } from '../session/audit.ts'
import type { Client } from '../session/client.ts'
import type { AppPorts } from '../session/ports.ts'
import { createRefreshToken, hashToken } from '../session/refresh-tokens.ts'
import { clearSessionCookies, refreshCookieName, writeSessionCookies } from '../session/session-cookies.ts'
import { findEnd } from '../session/standing.ts'
import type { RevokedReason, Session, User } from '../store/rows.ts'
import type { Records } from '../store/store.ts'
import { type AppContext, describeClient, isSecure } from './context.ts'

/** What a new session begins with; made before the transaction, so that no cryptography runs inside it. */
export interface NewSession {
  token: string
  hash: string
  /** The hash of the refresh token that the browser had before. */
  presented: string | undefined
  client: Client
  now: number
}

export async function prepareSession(context: AppContext, ports: AppPorts): Promise<NewSession> {
  const token = createRefreshToken(ports.random)
  return {
    token,
    hash: await hashToken(token),
    presented: await presentedHash(context),
    client: describeClient(context),
    now: ports.clock(),
  }
}

/** A family of its own for every sign-in: nothing a client brought along decides about it. */
export async function startSession(
  records: Records,
  user: User,
  { hash, presented, client, now }: NewSession,
  { random, settings }: AppPorts,
): Promise<Session> {
  // The cookie is about to be overwritten: nobody could ever end the session it belonged to.
  if (presented) await endPresented(records, { presented, client, now, reason: 'replaced' }, random)
  const expiresAt = now + settings.absoluteLifetime
  const row = {
    id: base64url.encode(random(16)),
    userId: user.id,
    tokenVersion: user.tokenVersion,
    createdAt: now,
    expiresAt,
    revokedAt: null,
    revokedReason: null,
    ...client,
  }
  await records.addSession(row)
  await records.addToken({
    hash,
    sessionId: row.id,
    parentHash: null,
    gen: 0,
    createdAt: now,
    idleExpiresAt: Math.min(now + settings.idleLifetime, expiresAt),
    presentedAt: null,
    usedAt: null,
    handedOutAt: null,
    droppedAt: null,
    successorSealed: null,
  })
  return { ...row, currentVersion: user.tokenVersion, userDisabledAt: user.disabledAt }
}

/** The answer to a sign-in of any kind: token body and both cookies. */
export async function answerSession(
  context: AppContext,
  session: Session,
  { token, now }: NewSession,
  ports: AppPorts,
): Promise<Response> {
  const body = await issueAccessToken(session, ports)
  const idleExpiresAt = Math.min(now + ports.settings.idleLifetime, session.expiresAt)
  const cookie = { token, sessionId: session.id, gen: 0, idleExpiresAt }
  writeSessionCookies(context.env.cookies, isSecure(context), cookie, now)
  return context.json(body)
}

interface Ending {
  presented: string
  client: Client
  now: number
  reason: RevokedReason
}

/** Ends the session of a refresh token, whether spent or not: whoever brings it means that session. */
export async function endPresented(
  records: Records,
  { presented, client, now, reason }: Ending,
  random: AppPorts['random'],
): Promise<void> {
  const found = await records.findToken(presented)
  if (!found || findEnd(found.session, now)) return
  if (!(await records.revokeSession(found.session.id, now, reason))) return
  const detail = presented.slice(0, 8)
  await recordEvent(records, random, { event: 'logout', at: now, session: found.session, client, detail })
}

export async function presentedHash(context: AppContext): Promise<string | undefined> {
  const token = context.env.cookies.get(refreshCookieName(isSecure(context)))
  return token ? hashToken(token) : undefined
}

export function forgetSession(context: AppContext): void {
  clearSessionCookies(context.env.cookies, isSecure(context))
}
