import { Client } from 'pg'
import { refuse } from './postgres-errors.ts'
import { migrationsSince, postgresDialect } from './sql-schema.ts'

/** Any number, as long as all instances take the same. */
const migrationLock = 7_305_192

/**
 * Brings a database of any age up to date; on one that is, it changes nothing. Over a connection without time
 * limits: a big table takes its time, and so does waiting for another instance that is at it.
 */
export async function migratePostgres(connectionString: string): Promise<void> {
  const client = new Client({ connectionString, connectionTimeoutMillis: 5000 })
  // A connection that breaks is told by the query that needs it.
  client.on('error', () => undefined)
  await client.connect().catch(refuse)
  try {
    // Ending the connection undoes what was not committed.
    await client.query('BEGIN')
    await client.query('SELECT pg_advisory_xact_lock($1)', [migrationLock])
    await client.query('CREATE TABLE IF NOT EXISTS schema_version (version INTEGER NOT NULL)')
    const { rows } = await client.query<{ version: number }>('SELECT version FROM schema_version')
    const version = rows[0]?.version ?? 0
    const missing = migrationsSince(version, postgresDialect)
    for (const migration of missing) await client.query(migration)
    await client.query('DELETE FROM schema_version')
    await client.query('INSERT INTO schema_version (version) VALUES ($1)', [version + missing.length])
    await client.query('COMMIT')
  } finally {
    await client.end()
  }
}
