import type { Clock } from '../ambient.ts'
import type {
  AuditEntry,
  PasswordReset,
  RefreshToken,
  RefreshTokenRow,
  RevokedReason,
  Session,
  SessionOverview,
  SessionRow,
  SigningKeyRow,
  User,
} from './rows.ts'

/** What a spend expects to find, and what it leaves behind. */
export interface Spending {
  at: number
  /** As they were found. */
  usedAt: number | null
  handedOutAt: number | null
  successorSealed: string | null
}

/** What giving out a successor once more expects to find. */
export interface HandingOut {
  at: number
  usedAt: number | null
}

/** What nobody needs any more: all that is older than these times. */
export interface Sweep {
  /** Successors sealed for tokens spent before this are wiped. */
  spentBefore: number
  /** Sessions, reset tokens that ended before this are deleted. */
  endedBefore: number
  auditedBefore: number
}

/**
 * The tables. A method that answers a boolean is a compare-and-swap: `false` means another client was faster
 * and the caller has to look again.
 */
export interface Records {
  /** `false` if the email is taken. */
  addUser(user: User): Promise<boolean>
  findUser(id: string): Promise<User | undefined>
  findUserByEmail(email: string): Promise<User | undefined>
  setPassword(userId: string, passwordHash: string): Promise<void>
  replacePassword(userId: string, previous: string, next: string): Promise<boolean>
  setDisabled(userId: string, at: number | null): Promise<void>
  raiseTokenVersion(userId: string): Promise<void>

  addSession(session: SessionRow): Promise<void>
  findSession(id: string): Promise<Session | undefined>
  /** All that are not swept yet, dead ones too; newest first. */
  listSessions(userId: string): Promise<SessionOverview[]>
  /** The first reason stays; `false` if there is one already. */
  revokeSession(id: string, at: number, reason: RevokedReason): Promise<boolean>

  addToken(token: RefreshTokenRow): Promise<void>
  findToken(hash: string): Promise<{ token: RefreshToken; session: Session } | undefined>
  markPresented(hash: string, at: number): Promise<boolean>
  spendToken(hash: string, spending: Spending): Promise<boolean>
  handOut(hash: string, handingOut: HandingOut): Promise<boolean>
  dropToken(hash: string, at: number): Promise<boolean>
  wipeSuccessor(hash: string): Promise<void>

  /** Replaces what the user had before: only the newest way works. */
  addPasswordReset(reset: PasswordReset): Promise<void>
  dropPasswordReset(userId: string): Promise<void>
  /** Deletes it and answers whose it was, unless it has expired. */
  takePasswordReset(hash: string, at: number): Promise<string | undefined>

  addSigningKey(key: SigningKeyRow): Promise<void>
  /** In order of creation. */
  listSigningKeys(): Promise<SigningKeyRow[]>
  /** Nobody else changes the keys until this transaction is over. */
  lockSigningKeys(): Promise<void>
  activateSigningKey(kid: string, at: number): Promise<void>
  retireSigningKey(kid: string, at: number): Promise<void>
  removeSigningKeys(retiredBefore: number): Promise<void>

  addAuditEntry(entry: AuditEntry): Promise<void>
  /** The newest so many, oldest first. @default all */
  listAuditEntries(most?: number): Promise<AuditEntry[]>

  /** Sweeps some of it; `true` if there is more. */
  sweep(sweep: Sweep): Promise<boolean>
}

/** Inside `work` await nothing but the records: others wait for their turn meanwhile, or it is run again. */
export interface Store {
  read<T>(work: (records: Records) => Promise<T>): Promise<T>
  /**
   * One transaction: all of `work`, or nothing if it throws. Committed before the promise resolves. Run again after
   * a {@link TransactionConflictError}.
   */
  write<T>(work: (records: Records) => Promise<T>): Promise<T>
  /** The database's own clock, where it is shared by machines whose clocks may differ. */
  clock?: Clock
  close(): Promise<void>
}

/** What was done in this transaction was decided by facts that have changed. */
export class TransactionConflictError extends Error {
  override name = 'TransactionConflictError'
}

/** The store is busy, full or gone: says nothing about any session. */
export class StoreUnavailableError extends Error {
  override name = 'StoreUnavailableError'
}
