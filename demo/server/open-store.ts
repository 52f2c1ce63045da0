import { createSqliteStore } from './sqlite-store.ts'
import type { Store } from './store.ts'

/** `postgres://...` or a SQLite file. Who uses SQLite needs no `pg` installed. */
export async function openStore(database: string): Promise<Store> {
  if (!isPostgres(database)) return createSqliteStore(database)
  const { createPostgresStore } = await import('./postgres-store.ts')
  return createPostgresStore(database)
}

export function isPostgres(database: string): boolean {
  return /^postgres(ql)?:\/\//.test(database)
}
