import { DatabaseError, Pool, type PoolClient, type QueryResultRow, types } from 'pg'
import type { Clock } from './ambient.ts'
import type { Sql, SqlValue } from './sql.ts'
import { createSqlRecords } from './sql-records.ts'
import { migrationsSince, postgresDialect } from './sql-schema.ts'
import { type Store, StoreUnavailableError } from './store.ts'

/** How often a transaction is begun again that the database gave up in favour of another. */
const mostAttempts = 3
const clockInterval = 30_000
/** Any number, as long as all instances take the same. */
const migrationLock = 7_305_192

/**
 * Opens the database of a `postgres://` URL, creates or updates its tables. Any number of instances may share
 * it. Its clock is the database's, so that the clocks of the instances do not matter.
 */
export async function createPostgresStore(url: string): Promise<Store> {
  const pool = new Pool({
    connectionString: url,
    max: 10,
    connectionTimeoutMillis: 3000,
    // Longer than any of our statements, shorter than a client waits for its refresh.
    statement_timeout: 4000,
    // For a database that does not even say that it is too late.
    query_timeout: 4500,
    lock_timeout: 3000,
    idle_in_transaction_session_timeout: 10_000,
    types: { getTypeParser },
  })
  // An idle connection that breaks is the pool's business; the next query gets another.
  pool.on('error', () => undefined)
  try {
    await migrate(pool)
    const { clock, stop } = await followClock(pool)
    return openStore(pool, clock, stop)
  } catch (error) {
    await pool.end()
    throw error
  }
}

function openStore(pool: Pool, clock: Clock, stopClock: () => void): Store {
  const records = createSqlRecords(
    createSql((...query) => pool.query(...query)),
    postgresDialect,
  )
  let closing: Promise<void> | undefined
  return {
    clock,
    read: (work) => work(records),
    async write(work) {
      for (let attempt = 1; ; attempt++) {
        try {
          return await transact(pool, (client) =>
            work(
              createSqlRecords(
                createSql((...query) => client.query(...query)),
                postgresDialect,
              ),
            ),
          )
        } catch (error) {
          if (attempt === mostAttempts || !isConflict(error)) throw error
        }
      }
    },
    close() {
      stopClock()
      closing ??= pool.end()
      return closing
    },
  }
}

async function transact<T>(pool: Pool, work: (client: PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect().catch(refuse)
  let broken = false
  const noteBreak = () => {
    broken = true
  }
  // The pool listens to idle clients only: without this, a connection that breaks now would end the process.
  client.on('error', noteBreak)
  try {
    // Pinned: at a stricter level the losers of a race would fail instead of finding nothing to spend.
    await client.query('BEGIN ISOLATION LEVEL READ COMMITTED').catch(refuse)
    const result = await work(client)
    await client.query('COMMIT').catch(refuse)
    return result
  } catch (error) {
    if (isSilence(error)) noteBreak()
    if (!broken) await client.query('ROLLBACK').catch(noteBreak)
    throw error
  } finally {
    client.off('error', noteBreak)
    client.release(broken)
  }
}

type Query = (query: { name: string; text: string; values: SqlValue[] }) => Promise<{
  rows: QueryResultRow[]
  rowCount: number | null
}>

/** Statements are prepared once per connection, under a name of their own. */
const names = new Map<string, string>()

function createSql(query: Query): Sql {
  const ask = (text: string, values: SqlValue[]) => {
    const name = names.get(text) ?? `statement_${names.size}`
    names.set(text, name)
    return query({ name, text, values }).catch(refuse)
  }
  return {
    run: async (text, ...values) => (await ask(text, values)).rowCount ?? 0,
    // The columns of each query are named as the row type's properties: the one place that vouches for them.
    one: async <Row>(text: string, ...values: SqlValue[]) =>
      (await ask(text, values)).rows[0] as Row | undefined,
    all: async <Row>(text: string, ...values: SqlValue[]) => (await ask(text, values)).rows as Row[],
  }
}

/** Our BIGINTs are times, which a number holds exactly. */
function getTypeParser(type: number, format?: 'text' | 'binary') {
  return type === types.builtins.INT8 ? Number : types.getTypeParser(type, format)
}

/** Brings a database of any age up to date; on one that is, it changes nothing. */
async function migrate(pool: Pool): Promise<void> {
  await transact(pool, async (client) => {
    // Another instance may be starting at the same moment, and may take its time.
    await client.query('SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = 0')
    await client.query('SELECT pg_advisory_xact_lock($1)', [migrationLock])
    await client.query('CREATE TABLE IF NOT EXISTS schema_version (version INTEGER NOT NULL)')
    const { rows } = await client.query<{ version: number }>('SELECT version FROM schema_version')
    const version = rows[0]?.version ?? 0
    const missing = migrationsSince(version, postgresDialect)
    for (const migration of missing) await client.query(migration)
    await client.query('DELETE FROM schema_version')
    await client.query('INSERT INTO schema_version (version) VALUES ($1)', [version + missing.length])
  })
}

/** The database's time, asked for now and then and carried on by this machine's monotonic clock meanwhile. */
async function followClock(pool: Pool): Promise<{ clock: Clock; stop(): void }> {
  let offset = 0
  async function compare(): Promise<void> {
    const before = performance.now()
    const text = 'SELECT (EXTRACT(EPOCH FROM clock_timestamp()) * 1000)::float8 AS now'
    const { rows } = await pool.query<{ now: number }>(text)
    const after = performance.now()
    offset = (rows[0]?.now ?? 0) - (before + after) / 2
  }
  await compare()
  // A failure is no news: the next query of a request will tell it.
  const timer = setInterval(() => void compare().catch(() => undefined), clockInterval).unref()
  return { clock: () => Math.floor(performance.now() + offset), stop: () => clearInterval(timer) }
}

/** Serialization failure, deadlock: nothing is wrong, except with the moment. */
function isConflict(error: unknown): boolean {
  const cause = error instanceof StoreUnavailableError ? error.cause : error
  return cause instanceof DatabaseError && (cause.code === '40001' || cause.code === '40P01')
}

/** No answer from the database: nothing more is to be expected on that connection. */
function isSilence(error: unknown): boolean {
  return error instanceof StoreUnavailableError && !(error.cause instanceof DatabaseError)
}

/**
 * Connection, transaction rollback, resources, locks, operator, system: classes of SQLSTATE that tell about the
 * database and not about the statement. Whatever has no SQLSTATE never reached it.
 */
function refuse(error: unknown): never {
  const state = error instanceof DatabaseError ? error.code : '08000'
  if (state && !/^(08|25|40|53|55|57|58)/.test(state)) throw error
  throw new StoreUnavailableError('the database cannot answer', { cause: error })
}
