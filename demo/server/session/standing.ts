import type { Session } from '../store/rows.ts'

/** Why a session is over, or `undefined` while it lives. Computed at use: nothing can forget to write it down. */
export function findEnd(session: Session, now: number): 'session_revoked' | 'session_expired' | undefined {
  if (session.revokedAt !== null || session.userDisabledAt !== null) return 'session_revoked'
  if (session.tokenVersion !== session.currentVersion) return 'session_revoked'
  return session.expiresAt <= now ? 'session_expired' : undefined
}
