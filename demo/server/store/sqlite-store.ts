import { DatabaseSync, type StatementSync } from 'node:sqlite'
import type { Sql } from './sql.ts'
import { createSqlRecords } from './sql-records.ts'
import { migrationsSince, sqliteDialect } from './sql-schema.ts'
import { type Store, StoreUnavailableError } from './store.ts'
import { createTurns } from './turns.ts'

/** Longer than any of our statements, shorter than a client waits for its refresh. */
const patience = 4000

/**
 * Opens the database, creates or updates its tables. One connection writes, one transaction at a time; in a file
 * another one reads, which neither waits for writers nor sees what they have not committed. Several processes on one
 * file are fine.
 */
export function createSqliteStore(file: string): Store {
  const writer = openWriter(file)
  const reader = isFile(file) ? openReader(file, writer) : undefined
  const takeTurn = createTurns()
  const records = createSqlRecords(createSql(writer), sqliteDialect)
  const readRecords = reader && createSqlRecords(createSql(reader), sqliteDialect)

  return {
    read: (work) =>
      readRecords ? work(readRecords).catch(rethrow) : takeTurn(() => work(records).catch(rethrow)),
    write(work) {
      const asked = performance.now()
      return takeTurn(() => transact(writer, asked, () => work(records)).catch(rethrow))
    },
    close: () =>
      takeTurn(async () => {
        for (const database of [reader, writer]) if (database?.isOpen) database.close()
      }),
  }
}

function openWriter(file: string): DatabaseSync {
  const database = new DatabaseSync(file)
  try {
    // FULL: a rotation that a power cut takes back would sign out who already holds the successor.
    database.exec('PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL')
    database.exec('PRAGMA foreign_keys = ON')
    migrate(database)
    // From now on others are served while one waits: see `begin`.
    database.exec('PRAGMA busy_timeout = 0')
    return database
  } catch (error) {
    database.close()
    throw error
  }
}

function openReader(file: string, writer: DatabaseSync): DatabaseSync {
  try {
    return new DatabaseSync(file, { readOnly: true, timeout: 1000 })
  } catch (error) {
    writer.close()
    throw error
  }
}

/** A database in memory belongs to its connection. */
function isFile(file: string): boolean {
  return file !== '' && file !== ':memory:'
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

async function transact<T>(database: DatabaseSync, asked: number, work: () => Promise<T>): Promise<T> {
  await begin(database, asked)
  try {
    const result = await work()
    database.exec('COMMIT')
    return result
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK')
    throw error
  }
}

/**
 * IMMEDIATE takes the write lock before the first read: what is judged cannot change before it is written. While
 * another process has the lock this one goes on serving; SQLite's own waiting would stop it altogether.
 */
async function begin(database: DatabaseSync, asked: number): Promise<void> {
  for (;;) {
    // Judged late, a duplicate would look like a theft: who waited too long is sent away.
    if (performance.now() - asked > patience) throw new StoreUnavailableError('too many are waiting')
    try {
      database.exec('BEGIN IMMEDIATE')
      return
    } catch (error) {
      if (!isBusy(error)) throw error
      // At random, so that processes do not keep meeting.
      await new Promise((resolve) => setTimeout(resolve, 1 + Math.random() * 10))
    }
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
  return [1, 19].includes(resultOf(error))
}

/** SQLITE_BUSY */
function isBusy(error: unknown): boolean {
  return resultOf(error) === 5
}

/** The primary result code; the extended one has more in its upper bits. */
function resultOf(error: unknown): number {
  return error instanceof Error && 'errcode' in error ? Number(error.errcode) & 0xff : 0
}
