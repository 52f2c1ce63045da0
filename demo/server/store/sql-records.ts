import type { AuditEntry, Session, SessionOverview, SigningKeyRow, User } from './rows.ts'
import type { Sql } from './sql.ts'
import type { SqlDialect } from './sql-schema.ts'
import { createTokenRecords, sessionColumns } from './sql-tokens.ts'
import type { Records } from './store.ts'

/** Rows of each kind swept at once: nobody has to wait for long, and no statement runs into its time limit. */
const portion = 500

/** The same statements for every database that speaks SQL. */
export function createSqlRecords(sql: Sql, dialect: SqlDialect): Records {
  return {
    ...createUserRecords(sql),
    ...createSessionRecords(sql),
    ...createTokenRecords(sql),
    ...createKeyRecords(sql, dialect),
    ...createAuditRecords(sql),
    async sweep({ spentBefore, endedBefore, auditedBefore }) {
      const counts = [
        await sql.run(
          `UPDATE refresh_tokens SET successor_sealed = NULL WHERE token_hash IN (SELECT token_hash
             FROM refresh_tokens WHERE handed_out_at < $1 AND successor_sealed IS NOT NULL LIMIT ${portion})`,
          spentBefore,
        ),
        await sql.run(
          `DELETE FROM sessions WHERE id IN (SELECT id FROM sessions
             WHERE revoked_at < $1 OR expires_at < $1 OR NOT EXISTS (SELECT 1 FROM refresh_tokens t
               WHERE t.session_id = sessions.id AND t.idle_expires_at >= $1) LIMIT ${portion})`,
          endedBefore,
        ),
        await sql.run(
          `DELETE FROM audit_log WHERE seq IN (SELECT seq FROM audit_log WHERE at < $1 LIMIT ${portion})`,
          auditedBefore,
        ),
      ]
      await sql.run('DELETE FROM password_resets WHERE expires_at < $1', endedBefore)
      return counts.some((count) => count === portion)
    },
  }
}

const userColumns = `id, email, password_phc AS "passwordHash", token_version AS "tokenVersion",
  created_at AS "createdAt", disabled_at AS "disabledAt"`

type UserRecords = Pick<
  Records,
  | 'addUser'
  | 'findUser'
  | 'findUserByEmail'
  | 'setPassword'
  | 'replacePassword'
  | 'setDisabled'
  | 'raiseTokenVersion'
  | 'addPasswordReset'
  | 'dropPasswordReset'
  | 'takePasswordReset'
>

function createUserRecords(sql: Sql): UserRecords {
  return {
    async addUser({ id, email, passwordHash, tokenVersion, createdAt, disabledAt }) {
      const text = `INSERT INTO users (id, email, password_phc, token_version, created_at, disabled_at)
        VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (email) DO NOTHING`
      return (await sql.run(text, id, email, passwordHash, tokenVersion, createdAt, disabledAt)) === 1
    },
    findUser: (id) => sql.one<User>(`SELECT ${userColumns} FROM users WHERE id = $1`, id),
    findUserByEmail: (email) => sql.one<User>(`SELECT ${userColumns} FROM users WHERE email = $1`, email),
    async setPassword(userId, passwordHash) {
      await sql.run('UPDATE users SET password_phc = $2 WHERE id = $1', userId, passwordHash)
    },
    async replacePassword(userId, previous, next) {
      const text = 'UPDATE users SET password_phc = $3 WHERE id = $1 AND password_phc = $2'
      return (await sql.run(text, userId, previous, next)) === 1
    },
    async setDisabled(userId, at) {
      await sql.run('UPDATE users SET disabled_at = $2 WHERE id = $1', userId, at)
    },
    async raiseTokenVersion(userId) {
      await sql.run('UPDATE users SET token_version = token_version + 1 WHERE id = $1', userId)
    },
    async addPasswordReset({ hash, userId, createdAt, expiresAt }) {
      await sql.run(
        `INSERT INTO password_resets (token_hash, user_id, created_at, expires_at) VALUES ($1, $2, $3, $4)
         ON CONFLICT (user_id) DO UPDATE SET token_hash = $1, created_at = $3, expires_at = $4`,
        hash,
        userId,
        createdAt,
        expiresAt,
      )
    },
    async dropPasswordReset(userId) {
      await sql.run('DELETE FROM password_resets WHERE user_id = $1', userId)
    },
    async takePasswordReset(hash, at) {
      const text =
        'DELETE FROM password_resets WHERE token_hash = $1 AND expires_at > $2 RETURNING user_id AS id'
      return (await sql.one<{ id: string }>(text, hash, at))?.id
    },
  }
}

type SessionRecords = Pick<Records, 'addSession' | 'findSession' | 'listSessions' | 'revokeSession'>

function createSessionRecords(sql: Sql): SessionRecords {
  return {
    async addSession(session) {
      await sql.run(
        `INSERT INTO sessions (id, user_id, token_version, created_at, expires_at, revoked_at, revoked_reason,
           user_agent, ip) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
        session.id,
        session.userId,
        session.tokenVersion,
        session.createdAt,
        session.expiresAt,
        session.revokedAt,
        session.revokedReason,
        session.userAgent,
        session.ip,
      )
    },
    findSession: (id) =>
      sql.one<Session>(
        `SELECT ${sessionColumns} FROM sessions s JOIN users u ON u.id = s.user_id WHERE s.id = $1`,
        id,
      ),
    listSessions: (userId) =>
      sql.all<SessionOverview>(
        `SELECT ${sessionColumns},
           (SELECT MAX(COALESCE(t.presented_at, t.created_at)) FROM refresh_tokens t
             WHERE t.session_id = s.id) AS "lastUsedAt",
           (SELECT MAX(t.idle_expires_at) FROM refresh_tokens t WHERE t.session_id = s.id) AS "idleExpiresAt"
         FROM sessions s JOIN users u ON u.id = s.user_id
         WHERE s.user_id = $1 ORDER BY s.created_at DESC, s.id`,
        userId,
      ),
    async revokeSession(id, at, reason) {
      const text =
        'UPDATE sessions SET revoked_at = $2, revoked_reason = $3 WHERE id = $1 AND revoked_at IS NULL'
      return (await sql.run(text, id, at, reason)) === 1
    },
  }
}

type KeyRecords = Pick<
  Records,
  | 'addSigningKey'
  | 'listSigningKeys'
  | 'lockSigningKeys'
  | 'activateSigningKey'
  | 'retireSigningKey'
  | 'removeSigningKeys'
>

function createKeyRecords(sql: Sql, { lock }: SqlDialect): KeyRecords {
  return {
    async lockSigningKeys() {
      if (lock) await sql.run(lock('signing_keys'))
    },
    async addSigningKey({ kid, jwk, createdAt, activatedAt, retiredAt }) {
      const text = `INSERT INTO signing_keys (kid, jwk, created_at, activated_at, retired_at)
        VALUES ($1, $2, $3, $4, $5)`
      await sql.run(text, kid, jwk, createdAt, activatedAt, retiredAt)
    },
    listSigningKeys: () =>
      sql.all<SigningKeyRow>(
        `SELECT kid, jwk, created_at AS "createdAt", activated_at AS "activatedAt", retired_at AS "retiredAt"
         FROM signing_keys ORDER BY created_at, kid`,
      ),
    async activateSigningKey(kid, at) {
      await sql.run('UPDATE signing_keys SET activated_at = $2 WHERE kid = $1', kid, at)
    },
    async retireSigningKey(kid, at) {
      await sql.run('UPDATE signing_keys SET retired_at = $2 WHERE kid = $1 AND retired_at IS NULL', kid, at)
    },
    async removeSigningKeys(retiredBefore) {
      await sql.run('DELETE FROM signing_keys WHERE retired_at < $1', retiredBefore)
    },
  }
}

function createAuditRecords(sql: Sql): Pick<Records, 'addAuditEntry' | 'listAuditEntries'> {
  return {
    async addAuditEntry({ id, at, event, userId, sessionId, ip, userAgent, detail }) {
      const text = `INSERT INTO audit_log (id, at, event, user_id, session_id, ip, user_agent, detail)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`
      await sql.run(text, id, at, event, userId, sessionId, ip, userAgent, detail)
    },
    async listAuditEntries(most = Number.MAX_SAFE_INTEGER) {
      const newestFirst = await sql.all<AuditEntry>(
        `SELECT id, at, event, user_id AS "userId", session_id AS "sessionId", ip, user_agent AS "userAgent",
           detail FROM audit_log ORDER BY at DESC, seq DESC LIMIT $1`,
        most,
      )
      return newestFirst.reverse()
    },
  }
}
