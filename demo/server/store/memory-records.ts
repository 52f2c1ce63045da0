import { changeRow, joinSession, type Tables } from './memory-tables.ts'
import type { RefreshTokenRow } from './rows.ts'
import type { Records, Sweep } from './store.ts'

/** What the SQL statements do, done to maps. */
export function createMemoryRecords(tables: Tables): Records {
  return {
    ...createUserRecords(tables),
    ...createSessionRecords(tables),
    ...createTokenRecords(tables),
    ...createKeyRecords(tables),
    addAuditEntry: async (entry) => void tables.audit.set(entry.id, entry),
    listAuditEntries: async (most = Infinity) => {
      const oldestFirst = [...tables.audit.values()].sort((a, b) => a.at - b.at)
      return oldestFirst.slice(Math.max(0, oldestFirst.length - most))
    },
    sweep: async (sweep) => {
      sweepTables(tables, sweep)
      return false
    },
  }
}

function createUserRecords({ users, resets }: Tables) {
  return {
    addUser: async (user) => {
      if ([...users.values()].some(({ email }) => email === user.email)) return false
      users.set(user.id, user)
      return true
    },
    findUser: async (id) => users.get(id),
    findUserByEmail: async (wanted) => [...users.values()].find(({ email }) => email === wanted),
    setPassword: async (userId, passwordHash) => changeRow(users, userId, { passwordHash }),
    replacePassword: async (userId, previous, next) => {
      if (users.get(userId)?.passwordHash !== previous) return false
      changeRow(users, userId, { passwordHash: next })
      return true
    },
    setDisabled: async (userId, disabledAt) => changeRow(users, userId, { disabledAt }),
    raiseTokenVersion: async (userId) => {
      const user = users.get(userId)
      if (user) changeRow(users, userId, { tokenVersion: user.tokenVersion + 1 })
    },
    addPasswordReset: async (reset) => void resets.set(reset.userId, reset),
    dropPasswordReset: async (userId) => void resets.delete(userId),
    takePasswordReset: async (hash, at) => {
      const found = [...resets.values()].find((reset) => reset.hash === hash && reset.expiresAt > at)
      if (found) resets.delete(found.userId)
      return found?.userId
    },
  } satisfies Partial<Records>
}

function createSessionRecords(tables: Tables) {
  const { sessions, tokens } = tables
  return {
    addSession: async (session) => void sessions.set(session.id, session),
    findSession: async (id) => joinSession(tables, id),
    listSessions: async (userId) => {
      const own = [...sessions.values()].filter((session) => session.userId === userId)
      const overviews = own.flatMap(({ id }) => {
        const session = joinSession(tables, id)
        const family = [...tokens.values()].filter(({ sessionId }) => sessionId === id)
        const lastUsedAt = Math.max(...family.map(({ presentedAt, createdAt }) => presentedAt ?? createdAt))
        const idleExpiresAt = Math.max(...family.map((token) => token.idleExpiresAt))
        return session ? [{ ...session, lastUsedAt, idleExpiresAt }] : []
      })
      return overviews.sort((a, b) => b.createdAt - a.createdAt || (a.id < b.id ? -1 : 1))
    },
    revokeSession: async (id, at, reason) => {
      if (sessions.get(id)?.revokedAt !== null) return false
      changeRow(sessions, id, { revokedAt: at, revokedReason: reason })
      return true
    },
  } satisfies Partial<Records>
}

function createTokenRecords(tables: Tables) {
  const { tokens } = tables
  return {
    addToken: async (token) => {
      if (token.parentHash && findSuccessor(tables, token.parentHash))
        throw new Error('two living successors')
      tokens.set(token.hash, token)
    },
    findToken: async (hash) => {
      const token = tokens.get(hash)
      const session = token && joinSession(tables, token.sessionId)
      const successor = findSuccessor(tables, hash) ?? null
      const parentHandedOutAt = tokens.get(token?.parentHash ?? '')?.handedOutAt ?? null
      return session && { token: { ...token, parentHandedOutAt, successor }, session }
    },
    markPresented: async (hash, at) => {
      const token = tokens.get(hash)
      if (!token || token.droppedAt !== null) return false
      changeRow(tokens, hash, { presentedAt: token.presentedAt ?? at })
      return true
    },
    spendToken: async (hash, { at, usedAt, handedOutAt, successorSealed }) => {
      const token = tokens.get(hash)
      if (!token || token.droppedAt !== null || token.usedAt !== usedAt) return false
      if (token.handedOutAt !== handedOutAt) return false
      const presentedAt = token.presentedAt ?? at
      changeRow(tokens, hash, { presentedAt, usedAt: at, handedOutAt: at, successorSealed })
      return true
    },
    handOut: async (hash, { at, usedAt }) => {
      const token = tokens.get(hash)
      if (!token || token.droppedAt !== null || token.usedAt !== usedAt) return false
      changeRow(tokens, hash, { handedOutAt: at })
      return true
    },
    dropToken: async (hash, at) => {
      const token = tokens.get(hash)
      if (!token || token.droppedAt !== null || token.presentedAt !== null) return false
      changeRow(tokens, hash, { droppedAt: at })
      return true
    },
    wipeSuccessor: async (hash) => changeRow(tokens, hash, { successorSealed: null }),
  } satisfies Partial<Records>
}

function createKeyRecords({ keys }: Tables) {
  return {
    addSigningKey: async (key) => void keys.set(key.kid, key),
    listSigningKeys: async () =>
      [...keys.values()].sort((a, b) => a.createdAt - b.createdAt || (a.kid < b.kid ? -1 : 1)),
    // Writes take turns here, whatever they change.
    lockSigningKeys: async () => undefined,
    activateSigningKey: async (kid, at) => changeRow(keys, kid, { activatedAt: at }),
    retireSigningKey: async (kid, at) => {
      if (keys.get(kid)?.retiredAt === null) changeRow(keys, kid, { retiredAt: at })
    },
    removeSigningKeys: async (retiredBefore) => {
      for (const { kid, retiredAt } of keys.values()) {
        if (retiredAt !== null && retiredAt < retiredBefore) keys.delete(kid)
      }
    },
  } satisfies Partial<Records>
}

function findSuccessor({ tokens }: Tables, hash: string): RefreshTokenRow | undefined {
  for (const token of tokens.values()) {
    if (token.parentHash === hash && token.droppedAt === null) return token
  }
  return undefined
}

function sweepTables(
  { sessions, tokens, resets, audit }: Tables,
  { spentBefore, endedBefore, auditedBefore }: Sweep,
): void {
  const lastIdleEnd = new Map<string, number>()
  for (const token of tokens.values()) {
    const { hash, handedOutAt, sessionId, idleExpiresAt } = token
    if (handedOutAt !== null && handedOutAt < spentBefore)
      tokens.set(hash, { ...token, successorSealed: null })
    lastIdleEnd.set(sessionId, Math.max(lastIdleEnd.get(sessionId) ?? 0, idleExpiresAt))
  }
  for (const { id, revokedAt, expiresAt } of sessions.values()) {
    const end = Math.min(revokedAt ?? expiresAt, expiresAt, lastIdleEnd.get(id) ?? 0)
    if (end < endedBefore) sessions.delete(id)
  }
  for (const { hash, sessionId } of tokens.values()) {
    if (!sessions.has(sessionId)) tokens.delete(hash)
  }
  for (const { userId, expiresAt } of resets.values()) {
    if (expiresAt < endedBefore) resets.delete(userId)
  }
  for (const { id, at } of audit.values()) {
    if (at < auditedBefore) audit.delete(id)
  }
}
