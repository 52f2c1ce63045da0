/** That in which the databases differ. */
export interface SqlDialect {
  /** A column that numbers its rows in order of insertion. */
  sequence: string
  /** Keeps other transactions from changing the table until the end of this one; `null` where they have to wait anyway. */
  lock: ((table: string) => string) | null
}

export const sqliteDialect: SqlDialect = { sequence: 'INTEGER PRIMARY KEY AUTOINCREMENT', lock: null }
export const postgresDialect: SqlDialect = {
  sequence: 'BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY',
  lock: (table) => `LOCK TABLE ${table} IN SHARE ROW EXCLUSIVE MODE`,
}

/** One entry per version of the schema; never change one that has been published, add another. */
export const migrations: readonly ((dialect: SqlDialect) => string)[] = [
  () => `
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
  ({ sequence }) => `
  ALTER TABLE users ADD COLUMN created_at BIGINT NOT NULL DEFAULT 0;
  ALTER TABLE users ADD COLUMN disabled_at BIGINT;
  ALTER TABLE sessions ADD COLUMN ip TEXT;
  ALTER TABLE refresh_tokens ADD COLUMN handed_out_at BIGINT;
  UPDATE refresh_tokens SET handed_out_at = used_at;
  CREATE INDEX refresh_tokens_sealed ON refresh_tokens(handed_out_at) WHERE successor_sealed IS NOT NULL;
  CREATE TABLE password_resets (
    token_hash TEXT PRIMARY KEY,
    user_id TEXT NOT NULL UNIQUE REFERENCES users(id),
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
  );
  ALTER TABLE signing_keys ADD COLUMN activated_at BIGINT;
  ALTER TABLE signing_keys ADD COLUMN retired_at BIGINT;
  UPDATE signing_keys SET activated_at = created_at;
  ALTER TABLE audit_log RENAME TO old_audit_log;
  CREATE TABLE audit_log (
    seq ${sequence},
    id TEXT NOT NULL UNIQUE,
    at BIGINT NOT NULL,
    event TEXT NOT NULL,
    user_id TEXT,
    session_id TEXT,
    ip TEXT,
    user_agent TEXT,
    detail TEXT
  );
  INSERT INTO audit_log (id, at, event, user_id, session_id, detail)
    SELECT id, at, event, user_id, session_id, detail FROM old_audit_log ORDER BY at;
  DROP TABLE old_audit_log;
  CREATE INDEX audit_log_at ON audit_log(at);
  `,
]

/** What brings a database of this version up to date; throws for one from the future. */
export function migrationsSince(version: number, dialect: SqlDialect): string[] {
  if (version > migrations.length) throw new Error('the database comes from a newer version of this server')
  return migrations.slice(version).map((migration) => migration(dialect))
}
