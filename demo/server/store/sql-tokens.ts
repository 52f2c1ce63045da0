import type { RefreshTokenRow, Session } from './rows.ts'
import type { Sql } from './sql.ts'
import type { Records } from './store.ts'

/** A session joined with the facts about its user that decide whether it is alive. */
export const sessionColumns = `s.id, s.user_id AS "userId", s.token_version AS "tokenVersion",
  s.created_at AS "createdAt", s.expires_at AS "expiresAt", s.revoked_at AS "revokedAt",
  s.revoked_reason AS "revokedReason", s.user_agent AS "userAgent", s.ip,
  u.token_version AS "currentVersion", u.disabled_at AS "userDisabledAt"`

const tokenColumns = `t.token_hash AS "tokenHash", t.parent_hash AS "parentHash", t.gen,
  t.created_at AS "tokenCreatedAt", t.idle_expires_at AS "idleExpiresAt", t.presented_at AS "presentedAt",
  t.used_at AS "usedAt", t.handed_out_at AS "handedOutAt", t.dropped_at AS "droppedAt", t.successor_sealed AS "successorSealed",
  c.token_hash AS "childHash", c.gen AS "childGen", c.idle_expires_at AS "childIdleExpiresAt",
  c.presented_at AS "childPresentedAt", c.used_at AS "childUsedAt",
  p.handed_out_at AS "parentHandedOutAt"`

/** One row for everything that a verdict needs: a refresh asks the database once before it writes. */
interface FoundRow extends Session, Omit<RefreshTokenRow, 'hash' | 'sessionId' | 'createdAt'> {
  tokenHash: string
  tokenCreatedAt: number
  childHash: string | null
  childGen: number
  childIdleExpiresAt: number
  childPresentedAt: number | null
  childUsedAt: number | null
  parentHandedOutAt: number | null
}

type TokenRecords = Pick<
  Records,
  'addToken' | 'findToken' | 'markPresented' | 'spendToken' | 'handOut' | 'dropToken' | 'wipeSuccessor'
>

export function createTokenRecords(sql: Sql): TokenRecords {
  return {
    async addToken(token) {
      await sql.run(
        `INSERT INTO refresh_tokens (token_hash, session_id, parent_hash, gen, created_at, idle_expires_at,
           presented_at, used_at, handed_out_at, dropped_at, successor_sealed)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
        token.hash,
        token.sessionId,
        token.parentHash,
        token.gen,
        token.createdAt,
        token.idleExpiresAt,
        token.presentedAt,
        token.usedAt,
        token.handedOutAt,
        token.droppedAt,
        token.successorSealed,
      )
    },
    async findToken(hash) {
      const row = await sql.one<FoundRow>(
        `SELECT ${sessionColumns}, ${tokenColumns} FROM refresh_tokens t
         JOIN sessions s ON s.id = t.session_id
         JOIN users u ON u.id = s.user_id
         LEFT JOIN refresh_tokens p ON p.token_hash = t.parent_hash
         LEFT JOIN refresh_tokens c ON c.parent_hash = t.token_hash AND c.dropped_at IS NULL
         WHERE t.token_hash = $1`,
        hash,
      )
      return row && readFound(row)
    },
    async markPresented(hash, at) {
      const text = `UPDATE refresh_tokens SET presented_at = COALESCE(presented_at, $2)
        WHERE token_hash = $1 AND dropped_at IS NULL`
      return (await sql.run(text, hash, at)) === 1
    },
    async spendToken(hash, { at, usedAt, handedOutAt, successorSealed }) {
      const text = `UPDATE refresh_tokens SET used_at = $2, handed_out_at = $2,
          presented_at = COALESCE(presented_at, $2), successor_sealed = $3
        WHERE token_hash = $1 AND dropped_at IS NULL AND used_at IS NOT DISTINCT FROM $4
          AND handed_out_at IS NOT DISTINCT FROM $5`
      return (await sql.run(text, hash, at, successorSealed, usedAt, handedOutAt)) === 1
    },
    async handOut(hash, { at, usedAt }) {
      const text = `UPDATE refresh_tokens SET handed_out_at = $2
        WHERE token_hash = $1 AND dropped_at IS NULL AND used_at IS NOT DISTINCT FROM $3`
      return (await sql.run(text, hash, at, usedAt)) === 1
    },
    async dropToken(hash, at) {
      const text = `UPDATE refresh_tokens SET dropped_at = $2
        WHERE token_hash = $1 AND dropped_at IS NULL AND presented_at IS NULL`
      return (await sql.run(text, hash, at)) === 1
    },
    async wipeSuccessor(hash) {
      await sql.run('UPDATE refresh_tokens SET successor_sealed = NULL WHERE token_hash = $1', hash)
    },
  }
}

function readFound(row: FoundRow): Awaited<ReturnType<Records['findToken']>> {
  const {
    tokenHash,
    parentHash,
    gen,
    tokenCreatedAt,
    idleExpiresAt,
    presentedAt,
    usedAt,
    handedOutAt,
    droppedAt,
  } = row
  const {
    successorSealed,
    childHash,
    childGen,
    childIdleExpiresAt,
    childPresentedAt,
    childUsedAt,
    parentHandedOutAt,
  } = row
  const { id, userId, tokenVersion, createdAt, expiresAt, revokedAt, revokedReason, userAgent, ip } = row
  const { currentVersion, userDisabledAt } = row
  const successor =
    childHash === null
      ? null
      : {
          hash: childHash,
          gen: childGen,
          idleExpiresAt: childIdleExpiresAt,
          presentedAt: childPresentedAt,
          usedAt: childUsedAt,
        }
  return {
    token: {
      hash: tokenHash,
      sessionId: id,
      parentHash,
      gen,
      createdAt: tokenCreatedAt,
      idleExpiresAt,
      presentedAt,
      usedAt,
      handedOutAt,
      droppedAt,
      successorSealed,
      parentHandedOutAt,
      successor,
    },
    session: {
      id,
      userId,
      tokenVersion,
      createdAt,
      expiresAt,
      revokedAt,
      revokedReason,
      userAgent,
      ip,
      currentVersion,
      userDisabledAt,
    },
  }
}
