import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { calculateJwkThumbprint, exportJWK, generateKeyPair, importJWK, SignJWT } from 'jose'
import pg from 'pg'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createPbkdf2Hasher } from '../../demo/server/session/passwords.ts'
import { hashToken } from '../../demo/server/session/refresh-tokens.ts'
import { createPostgresStore } from '../../demo/server/store/postgres-store.ts'
import { migrations, postgresDialect, sqliteDialect } from '../../demo/server/store/sql-schema.ts'
import { createSqliteStore } from '../../demo/server/store/sqlite-store.ts'
import type { Store } from '../../demo/server/store/store.ts'
import { createSite, meets } from './app-with.ts'
import { createDatabase, day, minute } from './backend.ts'

type Value = string | number | null

/** A database as the first version of the schema left it. */
interface Old {
  insert(table: string, row: Record<string, Value>): Promise<void>
  /** The store of today over it. */
  open(): Promise<Store>
  /** As a version that does not exist yet would leave it. */
  claim(version: number): Promise<void>
}

const [first] = migrations
const columnsOf = (row: Record<string, Value>) => Object.keys(row).join(', ')

async function createOldSqlite(): Promise<Old> {
  const directory = await mkdtemp(join(tmpdir(), 'silent-refresh-'))
  const file = join(directory, 'demo.sqlite')
  const database = new DatabaseSync(file)
  database.exec(`${first?.(sqliteDialect)}; PRAGMA user_version = 1`)
  onTestFinished(() => rm(directory, { recursive: true }))
  return {
    async insert(table, row) {
      const places = Object.keys(row).fill('?').join(', ')
      database
        .prepare(`INSERT INTO ${table} (${columnsOf(row)}) VALUES (${places})`)
        .run(...Object.values(row))
    },
    async open() {
      if (database.isOpen) database.close()
      const store = createSqliteStore(file)
      onTestFinished(() => store.close())
      return store
    },
    claim: async (version) => database.exec(`PRAGMA user_version = ${version}`),
  }
}

async function createOldPostgres(): Promise<Old> {
  const url = await createDatabase()
  const client = new pg.Client(url)
  await client.connect()
  onTestFinished(() => client.end())
  await client.query(first?.(postgresDialect) ?? '')
  await client.query('CREATE TABLE schema_version (version INTEGER NOT NULL)')
  await client.query('INSERT INTO schema_version (version) VALUES (1)')
  return {
    async insert(table, row) {
      const places = Object.keys(row).map((_, index) => `$${index + 1}`)
      const text = `INSERT INTO ${table} (${columnsOf(row)}) VALUES (${places.join(', ')})`
      await client.query(text, Object.values(row))
    },
    async open() {
      const store = await createPostgresStore(url)
      onTestFinished(() => store.close())
      return store
    },
    claim: async (version) => void (await client.query('UPDATE schema_version SET version = $1', [version])),
  }
}

const now = Date.UTC(2030, 0, 1)
const refreshToken = 'r'.repeat(43)
const [userId, sessionId] = ['u'.repeat(22), 's'.repeat(22)]

/** A user who is signed in. Answers the access token. */
async function fill({ insert }: Old): Promise<string> {
  const passwordHash = await createPbkdf2Hasher({ iterations: 1 }).hash('an old horse')
  await insert('users', {
    id: userId,
    email: 'old@example.com',
    password_phc: passwordHash,
    token_version: 3,
  })
  await insert('sessions', {
    id: sessionId,
    user_id: userId,
    token_version: 3,
    created_at: now - day,
    expires_at: now + 29 * day,
    revoked_at: null,
    revoked_reason: null,
    user_agent: 'old browser',
  })
  await insert('refresh_tokens', {
    token_hash: await hashToken(refreshToken),
    session_id: sessionId,
    gen: 0,
    created_at: now - minute,
    idle_expires_at: now + day,
  })
  for (const [id, at] of [
    ['b', now - 1],
    ['a', now - day],
  ] as const) {
    await insert('audit_log', { id, at, event: 'refresh_rotated', user_id: userId, detail: '12345678' })
  }
  const { privateKey } = await generateKeyPair('ES256', { extractable: true })
  const jwk = await exportJWK(privateKey)
  const kid = await calculateJwkThumbprint(jwk)
  await insert('signing_keys', { kid, jwk: JSON.stringify(jwk), created_at: now - 5 * day })
  const claims = { iss: 'silent-refresh-demo', aud: 'api', sub: userId, sid: sessionId, ver: 3, jti: 'x' }
  return new SignJWT({ ...claims, iat: now / 1000, exp: now / 1000 + 900 })
    .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid })
    .sign(await importJWK(jwk, 'ES256'))
}

describe.each([
  { kind: 'SQLite', create: createOldSqlite },
  { kind: 'Postgres', create: createOldPostgres },
])('a $kind database of the first version', ({ create }) => {
  it('keeps its users, sessions, keys and audit log', async () => {
    const old = await create()
    const token = await fill(old)
    const { visitor, keys, clock, entries, store } = await createSite(old.open())
    const page = visitor('192.0.2.1')
    page.jar.set('__Host-sr_rt', refreshToken)
    expect(await meets(page, token)).toBe(200)
    expect(await store.read((records) => records.findUser(userId))).toMatchObject({
      email: 'old@example.com',
      tokenVersion: 3,
      createdAt: 0,
      disabledAt: null,
    })
    expect((await entries()).map(({ id, ip, detail }) => [id, ip, detail])).toEqual([
      ['a', null, '12345678'],
      ['b', null, '12345678'],
    ])
    expect(keys.activeSince()).toBe(now - 5 * day)
    expect(keys.jwks().keys).toHaveLength(2)

    const { status, body } = await page.refresh()
    expect(status).toBe(200)
    expect(body.session.id).toBe(sessionId)
    expect(page.jar.get('__Host-sr_rt')).not.toBe(refreshToken)
    const list = await page.call('GET', '/auth/sessions', body.access_token)
    expect(list.body.sessions).toMatchObject([{ id: sessionId, ip: null, user_agent: 'old browser' }])
    await keys.rotate()
    clock.advance(minute)
    expect(await meets(page, token)).toBe(200)
    expect(await meets(page, (await page.refresh()).body.access_token)).toBe(200)
    expect((await visitor().tryLogin('old@example.com', 'an old horse')).status).toBe(200)
  })

  it('is upgraded once, by whoever comes first', async () => {
    const old = await create()
    await fill(old)
    const opened = await Promise.all([old.open(), old.open(), old.open()])
    for (const store of [...opened, await old.open()]) {
      const user = await store.read((records) => records.findUserByEmail('old@example.com'))
      expect(user?.id).toBe(userId)
      expect(await store.read((records) => records.listAuditEntries())).toHaveLength(2)
    }
  })

  it('is left alone if it comes from the future', async () => {
    const old = await create()
    await old.claim(migrations.length + 1)
    await expect(old.open()).rejects.toThrow('newer version')
  })
})
