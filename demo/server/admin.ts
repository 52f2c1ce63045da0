import { existsSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { systemClock, systemRandom } from './ambient.ts'
import { UsageError } from './host/command-line.ts'
import { explain } from './host/explain.ts'
import { disableUser, enableUser } from './session/accounts.ts'
import { loadKeys } from './session/keys.ts'
import { findDatabase, isPostgres, openStore } from './store/database.ts'
import type { Store } from './store/store.ts'

const usage = `usage: npm run server:admin -- COMMAND [--database FILE|postgres://...]
  disable EMAIL   nobody signs in as this user any more, and every token is dead at once
  enable EMAIL    the user may sign in again
  rotate-keys     the next signing key becomes active, the active one retires
  replace-keys    for an emergency: every access token fails at once, refreshes bring new ones
  audit           prints the last 1000 lines of the audit log as JSON; --last N for more or fewer`

type Command = (store: Store, words: string[], last: number) => Promise<string>

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
    const keys = await openKeys(store)
    const age = toPorts(store).clock() - keys.nextSince()
    if (age < publishedFor) {
      throw new UsageError(
        'The next key has been published for minutes only: who caches the keys would refuse it',
      )
    }
    await keys.rotate()
    return 'rotated: running servers take the new key within a minute'
  },
  'replace-keys': async (store) => {
    await (await openKeys(store)).replaceAll()
    return 'replaced: running servers take the new keys within a minute, restart them to be sure'
  },
  audit: async (store, _words, last) => {
    const entries = await store.read((records) => records.listAuditEntries(last))
    return entries.map((entry) => JSON.stringify(entry)).join('\n')
  },
}

const operands: Record<string, number> = { disable: 1, enable: 1 }

/** Twice as long as the answer of the key endpoint may be cached. */
const publishedFor = 10 * 60_000

function openKeys(store: Store) {
  return loadKeys(store, { ...toPorts(store), secret: process.env.SIGNING_KEY_SECRET || undefined })
}

function toPorts(store: Store) {
  return { store, clock: store.clock ?? systemClock, random: systemRandom }
}

function refuseUser(email: string): never {
  throw new UsageError(`There is no user ${email}`)
}

function readWords() {
  try {
    const options = { database: { type: 'string' }, last: { type: 'string', default: '1000' } } as const
    const { values, positionals } = parseArgs({ options, allowPositionals: true })
    const [name = '', ...words] = positionals
    const command = Object.hasOwn(commands, name) ? commands[name] : undefined
    const last = Number(values.last)
    const isRight =
      command && words.length === (operands[name] ?? 0) && Number.isSafeInteger(last) && last > 0
    if (!isRight) throw new UsageError(usage)
    return { command, words, last, database: findExisting(findDatabase(values.database, process.env)) }
  } catch (error) {
    throw error instanceof UsageError ? error : new UsageError(usage, { cause: error })
  }
}

/** A name that was mistyped must not become a new database. */
function findExisting(database: string): string {
  if (isPostgres(database) || existsSync(database)) return database
  throw new UsageError(`There is no database ${database}`)
}

async function administer(): Promise<string> {
  if (process.argv.includes('--help')) return usage
  const { command, words, last, database } = readWords()
  const store = await openStore(database).catch((error: unknown) => {
    throw explain(error, { database })
  })
  try {
    return await command(store, words, last)
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
