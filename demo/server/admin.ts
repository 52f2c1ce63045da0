import { parseArgs } from 'node:util'
import { systemClock, systemRandom } from './ambient.ts'
import { UsageError } from './host/command-line.ts'
import { explain } from './host/explain.ts'
import { disableUser, enableUser } from './session/accounts.ts'
import { loadKeys } from './session/keys.ts'
import { findDatabase, openStore } from './store/database.ts'
import type { Store } from './store/store.ts'

const usage = `usage: npm run server:admin -- COMMAND [--database FILE|postgres://...]
  disable EMAIL   nobody signs in as this user any more, and every token is dead at once
  enable EMAIL    the user may sign in again
  rotate-keys     the next signing key becomes active, the active one retires
  audit           prints the audit log, one JSON object a line`

type Command = (store: Store, words: string[]) => Promise<string>

const commands: Record<string, Command> = {
  disable: async (store, [email = '']) => {
    const known = await disableUser(email, toPorts(store))
    return known ? `${email} is disabled` : refuseUser(email)
  },
  enable: async (store, [email = '']) => {
    const known = await enableUser(email, toPorts(store))
    return known ? `${email} is enabled` : refuseUser(email)
  },
  'rotate-keys': async (store) => {
    const keys = await loadKeys(store, { ...toPorts(store), secret: process.env.SIGNING_KEY_SECRET })
    await keys.rotate()
    return 'rotated: running servers take the new key within a minute'
  },
  audit: async (store) => {
    const entries = await store.read((records) => records.listAuditEntries())
    return entries.map((entry) => JSON.stringify(entry)).join('\n')
  },
}

const operands: Record<string, number> = { disable: 1, enable: 1 }

function toPorts(store: Store) {
  return { store, clock: store.clock ?? systemClock, random: systemRandom }
}

function refuseUser(email: string): never {
  throw new UsageError(`There is no user ${email}`)
}

function readWords() {
  try {
    const options = { database: { type: 'string' } } as const
    const { values, positionals } = parseArgs({ options, allowPositionals: true })
    const [name = '', ...words] = positionals
    const command = Object.hasOwn(commands, name) ? commands[name] : undefined
    if (!command || words.length !== (operands[name] ?? 0)) throw new UsageError(usage)
    return { command, words, database: findDatabase(values.database, process.env) }
  } catch (error) {
    throw error instanceof UsageError ? error : new UsageError(usage, { cause: error })
  }
}

async function administer(): Promise<string> {
  const { command, words, database } = readWords()
  const store = await openStore(database).catch((error: unknown) => {
    throw explain(error, { database })
  })
  try {
    return await command(store, words)
  } finally {
    await store.close()
  }
}

try {
  console.log(await administer())
} catch (error) {
  console.error(error instanceof UsageError ? error.message : error)
  process.exitCode = 1
}
