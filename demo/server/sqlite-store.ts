import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite'
import { migrate } from './sqlite-schema.ts'
import {
  type AuditEntry,
  type Records,
  type RefreshTokenRow,
  type Session,
  type SigningKeyRow,
  type Store,
  StoreUnavailableError,
  type User,
} from './store.ts'
import { createTurns } from './turns.ts'

/**
 * Opens the database, creates or updates its tables. One connection and one turn at a time: two connections of
 * one process would lock each other out while a transaction awaits. Several processes on one file are fine.
 */
export function createSqliteStore(file: string): Store {
  const database = new DatabaseSync(file)
  try {
    database.exec('PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL')
    database.exec('PRAGMA foreign_keys = ON')
    migrate(database)
  } catch (error) {
    database.close()
    throw error
  }
  const takeTurn = createTurns()
  const records = createRecords(database)

  return {
    read: (work) => takeTurn(() => work(records).catch(rethrow)),
    write: (work) => takeTurn(() => transact(database, () => work(records)).catch(rethrow)),
    close: () =>
      takeTurn(async () => {
        if (database.isOpen) database.close()
      }),
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
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  if (code !== 'ERR_SQLITE_ERROR' && code !== 'ERR_INVALID_STATE') throw error
  throw new StoreUnavailableError('the database cannot answer', { cause: error })
}

const userColumns = `id, email, password_phc AS "passwordHash", token_version AS "tokenVersion"`
const sessionColumns = `s.id, s.user_id AS "userId", s.token_version AS "tokenVersion",
  s.created_at AS "createdAt", s.expires_at AS "expiresAt", s.revoked_at AS "revokedAt",
  s.revoked_reason AS "revokedReason", s.user_agent AS "userAgent", u.token_version AS "currentVersion"`
const tokenColumns = `token_hash AS hash, session_id AS "sessionId", parent_hash AS "parentHash", gen,
  created_at AS "createdAt", idle_expires_at AS "idleExpiresAt", presented_at AS "presentedAt",
  used_at AS "usedAt", dropped_at AS "droppedAt", successor_sealed AS "successorSealed"`

function createRecords(database: DatabaseSync): Records {
  const prepared = new Map<string, StatementSync>()

  function statement(sql: string): StatementSync {
    const known = prepared.get(sql) ?? database.prepare(sql)
    prepared.set(sql, known)
    return known
  }
  const run = async (sql: string, ...values: SQLInputValue[]) => Number(statement(sql).run(...values).changes)
  // The columns of each query are named as the row type's properties: the one place that vouches for them.
  const one = <Row>(sql: string, ...values: SQLInputValue[]) =>
    statement(sql).get(...values) as Row | undefined
  const all = <Row>(sql: string, ...values: SQLInputValue[]) => statement(sql).all(...values) as Row[]

  function joinSession(id: string): Session | undefined {
    const from = 'FROM sessions s JOIN users u ON u.id = s.user_id WHERE s.id = ?1'
    return one<Session>(`SELECT ${sessionColumns} ${from}`, id)
  }

  return {
    async addUser({ id, email, passwordHash, tokenVersion }) {
      const sql = 'INSERT INTO users (id, email, password_phc, token_version) VALUES (?1, ?2, ?3, ?4)'
      await run(sql, id, email, passwordHash, tokenVersion)
    },
    findUser: async (id) => one<User>(`SELECT ${userColumns} FROM users WHERE id = ?1`, id),
    findUserByEmail: async (email) => one<User>(`SELECT ${userColumns} FROM users WHERE email = ?1`, email),
    async raiseTokenVersion(userId) {
      await run('UPDATE users SET token_version = token_version + 1 WHERE id = ?1', userId)
    },

    async addSession(session) {
      await run(
        `INSERT INTO sessions (id, user_id, token_version, created_at, expires_at, revoked_at, revoked_reason,
           user_agent) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)`,
        session.id,
        session.userId,
        session.tokenVersion,
        session.createdAt,
        session.expiresAt,
        session.revokedAt,
        session.revokedReason,
        session.userAgent,
      )
    },
    findSession: async (id) => joinSession(id),
    async revokeSession(id, at, reason) {
      const sql =
        'UPDATE sessions SET revoked_at = ?2, revoked_reason = ?3 WHERE id = ?1 AND revoked_at IS NULL'
      await run(sql, id, at, reason)
    },

    async addToken(token) {
      await run(
        `INSERT INTO refresh_tokens (token_hash, session_id, parent_hash, gen, created_at, idle_expires_at,
           presented_at, used_at, dropped_at, successor_sealed)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)`,
        token.hash,
        token.sessionId,
        token.parentHash,
        token.gen,
        token.createdAt,
        token.idleExpiresAt,
        token.presentedAt,
        token.usedAt,
        token.droppedAt,
        token.successorSealed,
      )
    },
    async findToken(hash) {
      const token = one<RefreshTokenRow>(
        `SELECT ${tokenColumns} FROM refresh_tokens WHERE token_hash = ?1`,
        hash,
      )
      const session = token && joinSession(token.sessionId)
      const living = 'parent_hash = ?1 AND dropped_at IS NULL'
      const successor = one<RefreshTokenRow>(
        `SELECT ${tokenColumns} FROM refresh_tokens WHERE ${living}`,
        hash,
      )
      return session && { token: { ...token, successor: successor ?? null }, session }
    },
    async markPresented(hash, at) {
      const sql = `UPDATE refresh_tokens SET presented_at = COALESCE(presented_at, ?2)
        WHERE token_hash = ?1 AND dropped_at IS NULL`
      return (await run(sql, hash, at)) === 1
    },
    async spendToken(hash, { at, previouslyUsedAt, successorSealed }) {
      const sql = `UPDATE refresh_tokens
        SET used_at = ?2, presented_at = COALESCE(presented_at, ?2), successor_sealed = ?3
        WHERE token_hash = ?1 AND dropped_at IS NULL AND used_at IS NOT DISTINCT FROM ?4`
      return (await run(sql, hash, at, successorSealed, previouslyUsedAt)) === 1
    },
    async dropToken(hash, at) {
      const sql = `UPDATE refresh_tokens SET dropped_at = ?2
        WHERE token_hash = ?1 AND dropped_at IS NULL AND presented_at IS NULL`
      return (await run(sql, hash, at)) === 1
    },
    async wipeSuccessor(hash) {
      await run('UPDATE refresh_tokens SET successor_sealed = NULL WHERE token_hash = ?1', hash)
    },

    async addSigningKey({ kid, jwk, createdAt }) {
      await run('INSERT INTO signing_keys (kid, jwk, created_at) VALUES (?1, ?2, ?3)', kid, jwk, createdAt)
    },
    listSigningKeys: async () =>
      all<SigningKeyRow>(
        'SELECT kid, jwk, created_at AS "createdAt" FROM signing_keys ORDER BY created_at DESC',
      ),

    async addAuditEntry({ id, at, event, userId, sessionId, detail }) {
      const sql = `INSERT INTO audit_log (id, at, event, user_id, session_id, detail)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6)`
      await run(sql, id, at, event, userId, sessionId, detail)
    },
    listAuditEntries: async () =>
      all<AuditEntry>(
        `SELECT id, at, event, user_id AS "userId", session_id AS "sessionId", detail
         FROM audit_log ORDER BY at, rowid`,
      ),

    async sweep(spentBefore, endedBefore) {
      await run('UPDATE refresh_tokens SET successor_sealed = NULL WHERE used_at < ?1', spentBefore)
      await run(
        `DELETE FROM sessions WHERE revoked_at < ?1 OR expires_at < ?1 OR NOT EXISTS (SELECT 1
           FROM refresh_tokens t WHERE t.session_id = sessions.id AND t.idle_expires_at >= ?1)`,
        endedBefore,
      )
    },
  }
}
