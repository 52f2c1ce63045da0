import { systemClock } from '../ambient.ts'
import { type App, createApp } from '../app.ts'
import { startHousekeeping } from '../host/housekeeping.ts'
import { createArgon2Hasher, isCommonPassword } from '../host/node-passwords.ts'
import { loadKeys } from '../session/keys.ts'
import { resolveSettings } from '../settings.ts'
import { findDatabase, openStore } from '../store/database.ts'

const month = 30 * 24 * 60 * 60 * 1000
const onError = (error: Error) => console.error(error)

/** What the recipes beside this file take: the app over the database of the environment, and who tidies up. */
export async function createBackend(environment = process.env): Promise<App & { close(): Promise<void> }> {
  const store = await openStore(findDatabase(undefined, environment))
  const { clock = systemClock } = store
  const keys = await loadKeys(store, { clock, secret: environment.SIGNING_KEY_SECRET })
  const settings = resolveSettings({ accessTokenLifetime: 15 * 60 * 1000 })
  const app = createApp({ store, keys, settings, passwords: createArgon2Hasher(), isCommonPassword, onError })
  const stop = startHousekeeping({ store, keys, clock, settings, keyLifetime: month, onError })
  return {
    ...app,
    async close() {
      stop()
      await store.close()
    },
  }
}
