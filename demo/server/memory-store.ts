import {
  type AuditEntry,
  type Records,
  type RefreshTokenRow,
  type Session,
  type SessionRow,
  type SigningKeyRow,
  type Store,
  StoreUnavailableError,
  type User,
} from './store.ts'
import { createTurns } from './turns.ts'

/** Where the tables survive a reload of the page, e.g. an entry of `localStorage`. */
export interface Shelf {
  load(): string | null
  save(text: string): void
}

/** Rows are replaced, never changed: a copy of the table is a snapshot. */
interface Tables {
  users: Map<string, User>
  sessions: Map<string, SessionRow>
  tokens: Map<string, RefreshTokenRow>
  keys: Map<string, SigningKeyRow>
  audit: Map<string, AuditEntry>
}

/**
 * The store of the page and of tests. With a shelf it reads the tables at the start of every turn and saves
 * them after every write, so that a reload keeps its sessions. Several tabs on one shelf need a lock around
 * the whole call of the app: the turns here are this tab's only.
 */
export function createMemoryStore(shelf?: Shelf): Store {
  const takeTurn = createTurns()
  let tables = emptyTables()
  let closed = false

  function load(): Tables {
    if (closed) throw new StoreUnavailableError('the store is closed')
    const saved = shelf?.load()
    return saved ? readTables(saved) : copyTables(tables)
  }

  return {
    read: (work) => takeTurn(async () => work(createRecords(load()))),
    write: (work) =>
      takeTurn(async () => {
        const draft = load()
        const result = await work(createRecords(draft))
        tables = draft
        shelf?.save(writeTables(draft))
        return result
      }),
    close: () =>
      takeTurn(async () => {
        closed = true
      }),
  }
}

function emptyTables(): Tables {
  return { users: new Map(), sessions: new Map(), tokens: new Map(), keys: new Map(), audit: new Map() }
}

function copyTables({ users, sessions, tokens, keys, audit }: Tables): Tables {
  return {
    users: new Map(users),
    sessions: new Map(sessions),
    tokens: new Map(tokens),
    keys: new Map(keys),
    audit: new Map(audit),
  }
}

function writeTables(tables: Tables): string {
  return JSON.stringify(Object.fromEntries(Object.entries(tables).map(([name, rows]) => [name, [...rows]])))
}

function readTables(text: string): Tables {
  // What writeTables wrote: every table as the entries of its map.
  const saved = JSON.parse(text) as Record<keyof Tables, [string, never][]>
  return {
    users: new Map(saved.users),
    sessions: new Map(saved.sessions),
    tokens: new Map(saved.tokens),
    keys: new Map(saved.keys),
    audit: new Map(saved.audit),
  }
}

function createRecords(tables: Tables): Records {
  const { users, sessions, tokens, keys, audit } = tables

  function joinSession(id: string): Session | undefined {
    const session = sessions.get(id)
    const user = session && users.get(session.userId)
    return user && { ...session, currentVersion: user.tokenVersion }
  }

  function change<Row>(table: Map<string, Row>, id: string, changes: Partial<Row>): void {
    const row = table.get(id)
    if (row) table.set(id, { ...row, ...changes })
  }

  return {
    async addUser(user) {
      if ([...users.values()].some(({ email }) => email === user.email)) throw new Error('email is taken')
      users.set(user.id, user)
    },
    findUser: async (id) => users.get(id),
    findUserByEmail: async (wanted) => [...users.values()].find(({ email }) => email === wanted),
    async raiseTokenVersion(userId) {
      const user = users.get(userId)
      if (user) change(users, userId, { tokenVersion: user.tokenVersion + 1 })
    },

    async addSession(session) {
      sessions.set(session.id, session)
    },
    findSession: async (id) => joinSession(id),
    async revokeSession(id, at, reason) {
      if (sessions.get(id)?.revokedAt === null) change(sessions, id, { revokedAt: at, revokedReason: reason })
    },

    async addToken(token) {
      if (token.parentHash && findSuccessor(tokens, token.parentHash))
        throw new Error('two living successors')
      tokens.set(token.hash, token)
    },
    async findToken(hash) {
      const token = tokens.get(hash)
      const session = token && joinSession(token.sessionId)
      return session && { token: { ...token, successor: findSuccessor(tokens, hash) ?? null }, session }
    },
    async markPresented(hash, at) {
      const token = tokens.get(hash)
      if (!token || token.droppedAt !== null) return false
      change(tokens, hash, { presentedAt: token.presentedAt ?? at })
      return true
    },
    async spendToken(hash, { at, previouslyUsedAt, successorSealed }) {
      const token = tokens.get(hash)
      if (!token || token.droppedAt !== null || token.usedAt !== previouslyUsedAt) return false
      change(tokens, hash, { presentedAt: token.presentedAt ?? at, usedAt: at, successorSealed })
      return true
    },
    async dropToken(hash, at) {
      const token = tokens.get(hash)
      if (!token || token.droppedAt !== null || token.presentedAt !== null) return false
      change(tokens, hash, { droppedAt: at })
      return true
    },
    wipeSuccessor: async (hash) => change(tokens, hash, { successorSealed: null }),

    async addSigningKey(key) {
      keys.set(key.kid, key)
    },
    listSigningKeys: async () => [...keys.values()].sort((a, b) => b.createdAt - a.createdAt),

    async addAuditEntry(entry) {
      audit.set(entry.id, entry)
    },
    listAuditEntries: async () => [...audit.values()].sort((a, b) => a.at - b.at),

    sweep: async (spentBefore, endedBefore) => sweepTables(tables, spentBefore, endedBefore),
  }
}

function findSuccessor(tokens: Tables['tokens'], hash: string): RefreshTokenRow | undefined {
  for (const token of tokens.values()) {
    if (token.parentHash === hash && token.droppedAt === null) return token
  }
  return undefined
}

function sweepTables({ sessions, tokens }: Tables, spentBefore: number, endedBefore: number): void {
  const lastIdleEnd = new Map<string, number>()
  for (const token of tokens.values()) {
    const { hash, usedAt, sessionId, idleExpiresAt } = token
    if (usedAt !== null && usedAt < spentBefore) tokens.set(hash, { ...token, successorSealed: null })
    lastIdleEnd.set(sessionId, Math.max(lastIdleEnd.get(sessionId) ?? 0, idleExpiresAt))
  }
  for (const { id, revokedAt, expiresAt } of sessions.values()) {
    const end = Math.min(revokedAt ?? expiresAt, expiresAt, lastIdleEnd.get(id) ?? 0)
    if (end < endedBefore) sessions.delete(id)
  }
  for (const { hash, sessionId } of tokens.values()) {
    if (!sessions.has(sessionId)) tokens.delete(hash)
  }
}
