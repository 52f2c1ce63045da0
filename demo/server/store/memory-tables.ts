import type {
  AuditEntry,
  PasswordReset,
  RefreshTokenRow,
  Session,
  SessionRow,
  SigningKeyRow,
  User,
} from './rows.ts'

/** Rows are replaced, never changed: a copy of the table is a snapshot. */
export interface Tables {
  users: Map<string, User>
  sessions: Map<string, SessionRow>
  tokens: Map<string, RefreshTokenRow>
  /** By user: the newest way replaces the one before. */
  resets: Map<string, PasswordReset>
  keys: Map<string, SigningKeyRow>
  audit: Map<string, AuditEntry>
}

export function emptyTables(): Tables {
  return {
    users: new Map(),
    sessions: new Map(),
    tokens: new Map(),
    resets: new Map(),
    keys: new Map(),
    audit: new Map(),
  }
}

export function copyTables({ users, sessions, tokens, resets, keys, audit }: Tables): Tables {
  return {
    users: new Map(users),
    sessions: new Map(sessions),
    tokens: new Map(tokens),
    resets: new Map(resets),
    keys: new Map(keys),
    audit: new Map(audit),
  }
}

export function writeTables(tables: Tables): string {
  return JSON.stringify(Object.fromEntries(Object.entries(tables).map(([name, rows]) => [name, [...rows]])))
}

/** What {@link writeTables} wrote; a table that was not there yet is empty. */
export function readTables(text: string): Tables {
  const saved = JSON.parse(text) as Partial<Record<keyof Tables, [string, never][]>>
  return {
    users: new Map(saved.users),
    sessions: new Map(saved.sessions),
    tokens: new Map(saved.tokens),
    resets: new Map(saved.resets),
    keys: new Map(saved.keys),
    audit: new Map(saved.audit),
  }
}

export function changeRow<Row>(table: Map<string, Row>, id: string, changes: Partial<Row>): void {
  const row = table.get(id)
  if (row) table.set(id, { ...row, ...changes })
}

export function joinSession({ sessions, users }: Tables, id: string): Session | undefined {
  const session = sessions.get(id)
  const user = session && users.get(session.userId)
  return user && { ...session, currentVersion: user.tokenVersion, userDisabledAt: user.disabledAt }
}
