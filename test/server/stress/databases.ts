import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { Client } from 'pg'
import { createMemoryStore } from '../../../demo/server/store/memory-store.ts'
import { readTables } from '../../../demo/server/store/memory-tables.ts'
import { createPostgresStore } from '../../../demo/server/store/postgres-store.ts'
import { createSqliteStore } from '../../../demo/server/store/sqlite-store.ts'
import type { Store } from '../../../demo/server/store/store.ts'

/** A row of the table that has a parent. */
export interface Successor {
  hash: string
  parent: string
  dropped: boolean
  presented: boolean
}

/** A database of its own, with a look past the store: what the store says of itself is what is in doubt. */
export interface Database {
  /** What a server takes for its database. */
  address: string
  open(): Promise<Store>
  /** By the hash of their parent. */
  successors(): Promise<Map<string, Successor[]>>
  /** Takes away the index that forbids two living successors. */
  dropUniqueness(): Promise<void>
  remove(): Promise<void>
}

const successorQuery = `SELECT token_hash AS "hash", parent_hash AS "parent", dropped_at AS "droppedAt",
  presented_at AS "presentedAt" FROM refresh_tokens WHERE parent_hash IS NOT NULL`
const dropQuery = 'DROP INDEX refresh_tokens_successor'

interface SuccessorRow {
  hash: string
  parent: string
  droppedAt: unknown
  presentedAt: unknown
}

function groupByParent(rows: Iterable<SuccessorRow>): Map<string, Successor[]> {
  const successors = Array.from(rows, ({ hash, parent, droppedAt, presentedAt }) => ({
    hash,
    parent,
    dropped: droppedAt !== null,
    presented: presentedAt !== null,
  }))
  const groups = new Map<string, Successor[]>()
  for (const successor of successors) {
    const siblings = groups.get(successor.parent)
    if (siblings) siblings.push(successor)
    else groups.set(successor.parent, [successor])
  }
  return groups
}

export function createMemoryDatabase(): Database {
  let saved: string | null = null
  const shelf = {
    load: () => saved,
    save(text: string) {
      saved = text
    },
  }
  return {
    address: ':memory:',
    open: async () => createMemoryStore(shelf),
    async successors() {
      const tokens = saved === null ? [] : [...readTables(saved).tokens.values()]
      return groupByParent(
        tokens.flatMap((token) =>
          token.parentHash === null ? [] : [{ ...token, parent: token.parentHash }],
        ),
      )
    },
    async dropUniqueness() {
      throw new Error('the rule is in the code of the memory store')
    },
    async remove() {},
  }
}

export async function createSqliteDatabase(): Promise<Database> {
  const directory = await mkdtemp(join(tmpdir(), 'silent-refresh-'))
  const address = join(directory, 'stress.sqlite')
  function withFile<T>(work: (file: DatabaseSync) => T): T {
    const file = new DatabaseSync(address)
    try {
      return work(file)
    } finally {
      file.close()
    }
  }
  return {
    address,
    open: async () => createSqliteStore(address),
    successors: async () =>
      withFile((file) => groupByParent(file.prepare(successorQuery).all() as unknown as SuccessorRow[])),
    dropUniqueness: async () => withFile((file) => file.exec(dropQuery)),
    remove: () => rm(directory, { recursive: true }),
  }
}

/** `server` is the URL of any database of a Postgres server where we may create another. */
export async function createPostgresDatabase(server: string): Promise<Database> {
  const name = `stress_${crypto.randomUUID().replaceAll('-', '')}`
  const url = new URL(server)
  url.pathname = `/${name}`
  const address = url.href
  async function query<Row extends object>(connectionString: string, text: string): Promise<Row[]> {
    const client = new Client({ connectionString })
    await client.connect()
    try {
      return (await client.query<Row>(text)).rows
    } finally {
      await client.end()
    }
  }
  await query(server, `CREATE DATABASE ${name}`)
  return {
    address,
    open: () => createPostgresStore(address),
    successors: async () => groupByParent(await query<SuccessorRow>(address, successorQuery)),
    dropUniqueness: async () => void (await query(address, dropQuery)),
    // A killed server's connections may not have been noticed yet.
    remove: async () => void (await query(server, `DROP DATABASE ${name} WITH (FORCE)`)),
  }
}
