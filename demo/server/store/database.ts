import { fileURLToPath } from 'node:url'
import { createSqliteStore } from './sqlite-store.ts'
import type { Store } from './store.ts'

/** The database that was asked for, else `DATABASE_URL` unless that is empty, else a file in the server's folder. */
export function findDatabase(
  given: string | undefined,
  environment: Partial<Record<string, string>>,
): string {
  return given || environment.DATABASE_URL || fileURLToPath(new URL('../demo.sqlite', import.meta.url))
}

/** `postgres://...` or a SQLite file. Who uses SQLite needs no `pg` installed. */
export async function openStore(database: string): Promise<Store> {
  if (!isPostgres(database)) return createSqliteStore(database)
  const { createPostgresStore } = await import('./postgres-store.ts')
  return createPostgresStore(database)
}

/** For people to read: without user and password. */
export function describeDatabase(database: string): string {
  if (!isPostgres(database)) return database
  if (!URL.canParse(database)) return 'postgres'
  const { host, pathname } = new URL(database)
  return `postgres on ${host}${pathname}`
}

export function isPostgres(database: string): boolean {
  return /^postgres(ql)?:\/\//.test(database)
}
