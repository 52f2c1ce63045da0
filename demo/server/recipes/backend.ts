import { systemClock } from '../ambient.ts'
import { type App, createApp } from '../app.ts'
import { startHousekeeping } from '../host/housekeeping.ts'
import { createArgon2Hasher, isCommonPassword } from '../host/node-passwords.ts'
import { loadKeys } from '../session/keys.ts'
import type { Mailer } from '../session/mailer.ts'
import { resolveSettings, type Settings } from '../settings.ts'
import { openStore } from '../store/database.ts'

export interface BackendOptions {
  /** A SQLite file or `postgres://...`. */
  database: string
  mailer: Mailer
  settings?: Partial<Settings>
  /** Seals the signing keys in the database; 32 characters or more. */
  signingKeySecret?: string
}

const onError = (error: Error) => console.error(error)

/** What the recipes beside this file take: the app over a database, and who tidies up. */
export async function createBackend(options: BackendOptions): Promise<App & { close(): Promise<void> }> {
  const { database, mailer, signingKeySecret: secret } = options
  const store = await openStore(database)
  const { clock = systemClock } = store
  const keys = await loadKeys(store, { clock, secret })
  const settings = resolveSettings(options.settings ?? {})
  const passwords = createArgon2Hasher()
  const app = createApp({ store, keys, settings, passwords, mailer, isCommonPassword, onError })
  const stop = startHousekeeping({ store, keys, clock, settings, onError })
  return {
    ...app,
    async close() {
      stop()
      await store.close()
    },
  }
}
