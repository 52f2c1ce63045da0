import { DatabaseSync, type StatementSync } from 'node:sqlite'
import type { Sql } from './sql.ts'
import { createSqlRecords } from './sql-records.ts'
import { migrationsSince, sqliteDialect } from './sql-schema.ts'
import { type Store, StoreUnavailableError } from './store.ts'
import { createTurns, type TakeTurn } from './turns.ts'

/**
 * Opens the database, creates or updates its tables. One connection and one turn at a time: two connections of
 * one process would lock each other out while a transaction awaits. Several processes on one file are fine.
 */
export function createSqliteStore(file: string): Store {
  const database = new DatabaseSync(file)
  try {
    // FULL: a rotation that a power cut takes back would sign out who already holds the successor.
    database.exec('PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL')
    database.exec('PRAGMA foreign_keys = ON')
    migrate(database)
  } catch (error) {
    database.close()
    throw error
  }
  const takeTurn = limitPatience(createTurns())
  const records = createSqlRecords(createSql(database), sqliteDialect)

  return {
    read: (work) => takeTurn(() => work(records).catch(rethrow)),
    write: (work) => takeTurn(() => transact(database, () => work(records)).catch(rethrow)),
    close: () =>
      takeTurn(async () => {
        if (database.isOpen) database.close()
      }),
  }
}

/** Longer than any of our statements, shorter than a client waits for its refresh. */
const patience = 4000

/** Who waited too long is sent away: judged late, a duplicate would look like a theft. */
function limitPatience(takeTurn: TakeTurn): TakeTurn {
  return (work) => {
    const asked = performance.now()
    return takeTurn(() => {
      if (performance.now() - asked > patience) throw new StoreUnavailableError('too many are waiting')
      return work()
    })
  }
}

function createSql(database: DatabaseSync): Sql {
  const prepared = new Map<string, StatementSync>()

  function statement(text: string): StatementSync {
    const known = prepared.get(text) ?? database.prepare(text.replaceAll('$', '?'))
    prepared.set(text, known)
    return known
  }

  return {
    run: async (text, ...values) => Number(statement(text).run(...values).changes),
    // The columns of each query are named as the row type's properties: the one place that vouches for them.
    one: async <Row>(text: string, ...values: (string | number | null)[]) =>
      statement(text).get(...values) as Row | undefined,
    all: async <Row>(text: string, ...values: (string | number | null)[]) =>
      statement(text).all(...values) as Row[],
  }
}

/** Brings a database of any age up to date; on one that is, it changes nothing. */
function migrate(database: DatabaseSync): void {
  database.exec('BEGIN IMMEDIATE')
  try {
    // Read inside the transaction: another process may be starting on the same file.
    const row = database.prepare('PRAGMA user_version').get()
    const version = Number(row?.user_version ?? 0)
    const missing = migrationsSince(version, sqliteDialect)
    for (const migration of missing) database.exec(migration)
    database.exec(`PRAGMA user_version = ${version + missing.length}`)
    database.exec('COMMIT')
  } catch (error) {
    database.exec('ROLLBACK')
    throw error
  }
}

async function transact<T>(database: DatabaseSync, work: () => Promise<T>): Promise<T> {
  // IMMEDIATE takes the write lock before the first read: what is judged cannot change before it is written.
  database.exec('BEGIN IMMEDIATE')
  try {
    const result = await work()
    database.exec('COMMIT')
    return result
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK')
    throw error
  }
}

/** A locked, full or closed database says nothing about a session: it must never look like a refusal. */
function rethrow(error: unknown): never {
  if (!(error instanceof Error) || isOurFault(error)) throw error
  const code = 'code' in error ? error.code : undefined
  if (code !== 'ERR_SQLITE_ERROR' && code !== 'ERR_INVALID_STATE') throw error
  throw new StoreUnavailableError('the database cannot answer', { cause: error })
}

/** SQLITE_ERROR and SQLITE_CONSTRAINT: a statement that is wrong, and stays wrong however often it is tried. */
function isOurFault(error: Error): boolean {
  const result = 'errcode' in error ? Number(error.errcode) & 0xff : undefined
  return result === 1 || result === 19
}
