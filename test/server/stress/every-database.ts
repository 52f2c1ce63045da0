import { inject, onTestFinished } from 'vitest'
import {
  createMemoryDatabase,
  createPostgresDatabase,
  createSqliteDatabase,
  type Database,
} from './databases.ts'

/** The databases that several processes can share. */
export const sharedDatabases: readonly DatabaseKind[] = [
  { kind: 'sqlite', create: createSqliteDatabase },
  { kind: 'postgres', create: () => createPostgresDatabase(inject('postgres')) },
]

export const everyDatabase: readonly DatabaseKind[] = [
  { kind: 'memory', create: async () => createMemoryDatabase() },
  ...sharedDatabases,
]

export interface DatabaseKind {
  kind: string
  create(): Promise<Database>
}

/** Removed after the test. */
export async function useDatabase({ create }: DatabaseKind): Promise<Database> {
  const database = await create()
  onTestFinished(() => database.remove())
  return database
}
