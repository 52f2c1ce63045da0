/** All times in epoch milliseconds. */
export interface User {
  id: string
  email: string
  /** A PHC string. */
  passwordHash: string
  /** Raised to kill every token of the user at once. */
  tokenVersion: number
  createdAt: number
  /** Since when the user may not sign in any more. */
  disabledAt: number | null
}

/** One sign-in: the family of all refresh tokens that descend from it. */
export interface SessionRow {
  id: string
  userId: string
  /** The user's token version at sign-in. */
  tokenVersion: number
  createdAt: number
  /** The absolute end. */
  expiresAt: number
  revokedAt: number | null
  revokedReason: RevokedReason | null
  userAgent: string | null
  ip: string | null
}

export type RevokedReason = 'logout' | 'replaced' | 'ended' | 'reuse'

/** A session as found, with what decides whether it is alive. */
export interface Session extends SessionRow {
  /** The user's token version now. */
  currentVersion: number
  userDisabledAt: number | null
}

/** A session as its user sees it in a list. */
export interface SessionOverview extends Session {
  /** When its newest refresh token was issued or first presented, whichever came last. */
  lastUsedAt: number
  /** When it ends if nobody uses it any more. */
  idleExpiresAt: number
}

export interface RefreshTokenRow {
  /** SHA-256; the token itself is nowhere. */
  hash: string
  sessionId: string
  parentHash: string | null
  /** Number of the rotation inside the session, 0 at sign-in. */
  gen: number
  createdAt: number
  idleExpiresAt: number
  /** When a client first came with it: from then on it is known to have arrived. */
  presentedAt: number | null
  /** When it was exchanged for its present successor. */
  usedAt: number | null
  /** When that successor was last given to anybody. */
  handedOutAt: number | null
  /** When it was given up unseen in favour of a sibling. */
  droppedAt: number | null
  /** The successor, readable only to who holds this token. */
  successorSealed: string | null
}

/** A refresh token as found, with its living successor. */
export interface RefreshToken extends RefreshTokenRow {
  /** When this token was last given to anybody, `null` for the first of a session. */
  parentHandedOutAt: number | null
  successor: Pick<RefreshTokenRow, 'hash' | 'gen' | 'idleExpiresAt' | 'presentedAt' | 'usedAt'> | null
}

/** A way to a new password, for once. */
export interface PasswordReset {
  /** SHA-256; the token itself went to the user's mailbox and nowhere else. */
  hash: string
  userId: string
  createdAt: number
  expiresAt: number
}

/** `next` until it is activated, `active` until it is retired, deleted some time after that. */
export interface SigningKeyRow {
  kid: string
  /** The private key as a JWK in JSON. */
  jwk: string
  createdAt: number
  activatedAt: number | null
  retiredAt: number | null
}

export interface AuditEntry {
  id: string
  at: number
  event: AuditEvent
  userId: string | null
  sessionId: string | null
  ip: string | null
  userAgent: string | null
  /** The first 8 characters of a token's hash, or nothing. Never a secret. */
  detail: string | null
}

export type AuditEvent =
  | 'sign_up'
  | 'login_succeeded'
  | 'login_failed'
  | 'refresh_kept'
  | 'refresh_rotated'
  | 'refresh_replayed'
  | 'refresh_sibling'
  | 'refresh_reused'
  | 'logout'
  | 'logout_all'
  | 'session_ended'
  | 'password_changed'
  | 'password_reset_requested'
  | 'password_reset'
  | 'user_disabled'
  | 'user_enabled'
  | 'rate_limited'
  | 'key_rotated'
