import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { onTestFinished } from 'vitest'
import { createSqliteStore } from '../../demo/server/store/sqlite-store.ts'

/** A SQLite store and, as another process would have it, a second connection to its file. */
export async function openSharedFile() {
  const directory = await mkdtemp(join(tmpdir(), 'silent-refresh-'))
  const file = join(directory, 'demo.sqlite')
  const store = createSqliteStore(file)
  const other = new DatabaseSync(file)
  onTestFinished(async () => {
    other.close()
    await store.close()
    await rm(directory, { recursive: true })
  })
  return { store, other }
}
