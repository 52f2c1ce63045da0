import { Pool, type PoolClient, type QueryResultRow, types } from 'pg'
import type { Clock } from '../ambient.ts'
import { followClock } from './postgres-clock.ts'
import { isConflict, isSilence, refuse } from './postgres-errors.ts'
import { migratePostgres } from './postgres-migration.ts'
import type { Sql, SqlValue } from './sql.ts'
import { createSqlRecords } from './sql-records.ts'
import { postgresDialect } from './sql-schema.ts'
import type { Store } from './store.ts'

/** How often a transaction is begun again that the database gave up in favour of another. */
const mostAttempts = 3

/**
 * Opens the database of a `postgres://` URL, creates or updates its tables. Any number of instances may share
 * it. Its clock is the database's, so that the clocks of the instances do not matter.
 */
export async function createPostgresStore(url: string): Promise<Store> {
  await migratePostgres(url)
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
    const { clock, stop } = await followClock(pool)
    return openStore(pool, clock, stop)
  } catch (error) {
    await pool.end()
    throw error
  }
}

function openStore(pool: Pool, clock: Clock, stopClock: () => void): Store {
  const createRecords = (query: Query) => createSqlRecords(createSql(query), postgresDialect)
  const records = createRecords((...query) => pool.query(...query))
  let closing: Promise<void> | undefined
  return {
    clock,
    read: (work) => work(records),
    async write(work) {
      for (let attempt = 1; ; attempt++) {
        try {
          return await transact(pool, (client) => work(createRecords((...query) => client.query(...query))))
        } catch (error) {
          if (!isConflict(error)) throw error
          if (attempt === mostAttempts) refuse(error)
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
