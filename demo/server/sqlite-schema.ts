import type { DatabaseSync } from 'node:sqlite'

/** One entry per version of the schema; never change one that has been published, add another. */
const migrations = [
  `
  CREATE TABLE users (
    id TEXT PRIMARY KEY,
    email TEXT NOT NULL UNIQUE,
    password_phc TEXT NOT NULL,
    token_version INTEGER NOT NULL DEFAULT 1
  );
  CREATE TABLE sessions (
    id TEXT PRIMARY KEY,
    user_id TEXT NOT NULL REFERENCES users(id),
    token_version INTEGER NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    revoked_at BIGINT,
    revoked_reason TEXT,
    user_agent TEXT
  );
  CREATE INDEX sessions_user ON sessions(user_id);
  CREATE TABLE refresh_tokens (
    token_hash TEXT PRIMARY KEY,
    session_id TEXT NOT NULL REFERENCES sessions(id) ON DELETE CASCADE,
    parent_hash TEXT,
    gen INTEGER NOT NULL,
    created_at BIGINT NOT NULL,
    idle_expires_at BIGINT NOT NULL,
    presented_at BIGINT,
    used_at BIGINT,
    dropped_at BIGINT,
    successor_sealed TEXT
  );
  -- A token has at most one living successor, whatever the code does.
  CREATE UNIQUE INDEX refresh_tokens_successor ON refresh_tokens(parent_hash) WHERE dropped_at IS NULL;
  CREATE INDEX refresh_tokens_session ON refresh_tokens(session_id);
  CREATE TABLE signing_keys (kid TEXT PRIMARY KEY, jwk TEXT NOT NULL, created_at BIGINT NOT NULL);
  CREATE TABLE audit_log (
    id TEXT PRIMARY KEY,
    at BIGINT NOT NULL,
    event TEXT NOT NULL,
    user_id TEXT,
    session_id TEXT,
    detail TEXT
  );
  `,
]

/** Brings a database of any age up to date; on one that is, it changes nothing. */
export function migrate(database: DatabaseSync): void {
  database.exec('BEGIN IMMEDIATE')
  try {
    // Read inside the transaction: another process may be starting on the same file.
    const row = database.prepare('PRAGMA user_version').get()
    const version = Number(row?.user_version ?? 0)
    if (version > migrations.length) throw new Error('the database comes from a newer version of this server')
    for (const migration of migrations.slice(version)) database.exec(migration)
    database.exec(`PRAGMA user_version = ${migrations.length}`)
    database.exec('COMMIT')
  } catch (error) {
    database.exec('ROLLBACK')
    throw error
  }
}
