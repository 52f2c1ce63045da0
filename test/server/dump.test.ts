import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { demoUsers } from '../../demo/server/seed.ts'
import { hashToken } from '../../demo/server/session/refresh-tokens.ts'
import { createMemoryStore } from '../../demo/server/store/memory-store.ts'
import { createSqliteStore } from '../../demo/server/store/sqlite-store.ts'
import type { Store } from '../../demo/server/store/store.ts'
import { createBackend, minute, second } from './backend.ts'

interface Dumped {
  store: Store
  /** All that is stored, as a thief of the disk would find it. */
  dump(): Promise<string>
}

async function openFile(): Promise<Dumped> {
  const directory = await mkdtemp(join(tmpdir(), 'silent-refresh-'))
  const store = createSqliteStore(join(directory, 'demo.sqlite'))
  onTestFinished(async () => {
    await store.close()
    await rm(directory, { recursive: true })
  })
  return {
    store,
    // Every file there is: the journal has pages that the database has not yet, or not any more.
    async dump() {
      const files = (await readdir(directory)).map((name) => readFile(join(directory, name), 'latin1'))
      return (await Promise.all(files)).join()
    },
  }
}

async function openShelf(): Promise<Dumped> {
  let shelf: string | null = null
  const save = (text: string) => {
    shelf = text
  }
  return { store: createMemoryStore({ load: () => shelf, save }), dump: async () => shelf ?? '' }
}

it.each([
  ['SQLite file', openFile],
  ['shelf of the memory store', openShelf],
])('no secret ever issued is found in a dump of the %s', async (_kind, open) => {
  const { store, dump } = await open()
  const { browser, clock } = await createBackend(store)
  const page = browser()
  const secrets: string[] = demoUsers.map(({ password }) => password)
  const hashes: string[] = []
  const note = async (accessToken: string) => {
    secrets.push(page.held(), accessToken, accessToken.split('.')[2] ?? '')
    hashes.push(await hashToken(page.held()))
  }
  await note((await page.login()).access_token)
  for (const pause of [minute, second, minute, minute]) {
    const late = page.copy()
    clock.advance(pause)
    await note((await page.refresh()).body.access_token)
    // Replayed, so that the successor was unsealed, too.
    await note((await late.refresh()).body.access_token)
  }
  const stored = await dump()
  // Proof that the dump has the rows: the hashes are there, the secrets are not.
  for (const hash of hashes) expect(stored).toContain(hash)
  for (const secret of secrets) {
    expect(secret.length).toBeGreaterThan(8)
    expect(stored).not.toContain(secret)
  }
})
