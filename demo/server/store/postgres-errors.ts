import { DatabaseError } from 'pg'
import { StoreUnavailableError, TransactionConflictError } from './store.ts'

/** Serialization failure, deadlock, or our own: nothing is wrong, except with the moment. */
export function isConflict(error: unknown): boolean {
  if (error instanceof TransactionConflictError) return true
  const cause = error instanceof StoreUnavailableError ? error.cause : error
  return cause instanceof DatabaseError && (cause.code === '40001' || cause.code === '40P01')
}

/** No answer from the database: nothing more is to be expected on that connection. */
export function isSilence(error: unknown): boolean {
  return error instanceof StoreUnavailableError && !(error.cause instanceof DatabaseError)
}

/**
 * Connection, transaction rollback, resources, locks, operator, system: classes of SQLSTATE that tell about the
 * database and not about the statement. Whatever has no SQLSTATE never reached it.
 */
export function refuse(error: unknown): never {
  if (error instanceof StoreUnavailableError) throw error
  const state = error instanceof DatabaseError ? error.code : '08000'
  if (state && !/^(08|25|40|53|55|57|58)/.test(state)) throw error
  throw new StoreUnavailableError('the database cannot answer', { cause: error })
}
