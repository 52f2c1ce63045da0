/** All times in epoch milliseconds. */
export interface User {
  id: string
  email: string
  /** A PHC string. */
  passwordHash: string
  /** Raised to kill every token of the user at once. */
  tokenVersion: number
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
}

export type RevokedReason = 'logout' | 'replaced' | 'reuse'

/** A session as found, with what decides whether it is alive. */
export interface Session extends SessionRow {
  /** The user's token version now. */
  currentVersion: number
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
  /** When it was given up unseen in favour of a sibling. */
  droppedAt: number | null
  /** The successor, readable only to who holds this token. */
  successorSealed: string | null
}

/** A refresh token as found, with its living successor. */
export interface RefreshToken extends RefreshTokenRow {
  successor: Pick<RefreshTokenRow, 'hash' | 'gen' | 'idleExpiresAt' | 'presentedAt' | 'usedAt'> | null
}

export interface AuditEntry {
  id: string
  at: number
  event: AuditEvent
  userId: string | null
  sessionId: string | null
  /** The first 8 characters of a token's hash, or nothing. Never a secret. */
  detail: string | null
}

export type AuditEvent =
  | 'login_succeeded'
  | 'login_failed'
  | 'refresh_kept'
  | 'refresh_rotated'
  | 'refresh_replayed'
  | 'refresh_sibling'
  | 'refresh_reused'
  | 'logout'
  | 'logout_all'

export interface SigningKeyRow {
  kid: string
  /** The private key as a JWK in JSON. */
  jwk: string
  createdAt: number
}

/** What a spend expects to find, and what it leaves behind. */
export interface Spending {
  at: number
  previouslyUsedAt: number | null
  successorSealed: string | null
}

/**
 * The tables. A method that answers a boolean is a compare-and-swap: `false` means another client was faster
 * and the caller has to look again.
 */
export interface Records {
  addUser(user: User): Promise<void>
  findUser(id: string): Promise<User | undefined>
  findUserByEmail(email: string): Promise<User | undefined>
  raiseTokenVersion(userId: string): Promise<void>

  addSession(session: SessionRow): Promise<void>
  findSession(id: string): Promise<Session | undefined>
  /** The first reason stays. */
  revokeSession(id: string, at: number, reason: RevokedReason): Promise<void>

  addToken(token: RefreshTokenRow): Promise<void>
  findToken(hash: string): Promise<{ token: RefreshToken; session: Session } | undefined>
  markPresented(hash: string, at: number): Promise<boolean>
  spendToken(hash: string, spending: Spending): Promise<boolean>
  dropToken(hash: string, at: number): Promise<boolean>
  wipeSuccessor(hash: string): Promise<void>

  addSigningKey(key: SigningKeyRow): Promise<void>
  /** Newest first. */
  listSigningKeys(): Promise<SigningKeyRow[]>

  addAuditEntry(entry: AuditEntry): Promise<void>
  /** Oldest first. */
  listAuditEntries(): Promise<AuditEntry[]>

  /** Wipes successors sealed for tokens spent before `spentBefore`, deletes sessions over since `endedBefore`. */
  sweep(spentBefore: number, endedBefore: number): Promise<void>
}

/** Inside `work` await nothing but the records: others wait for their turn meanwhile. */
export interface Store {
  read<T>(work: (records: Records) => Promise<T>): Promise<T>
  /** One transaction: all of `work`, or nothing if it throws. Committed before the promise resolves. */
  write<T>(work: (records: Records) => Promise<T>): Promise<T>
  close(): Promise<void>
}

/** The store is busy, full or gone: says nothing about any session. */
export class StoreUnavailableError extends Error {
  override name = 'StoreUnavailableError'
}
