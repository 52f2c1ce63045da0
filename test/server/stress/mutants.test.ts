import { describe, expect, it } from 'vitest'
import type { Store } from '../../../demo/server/store/store.ts'
import { createBackend, minute } from '../backend.ts'
import type { Database } from './databases.ts'
import { everyDatabase, sharedDatabases, useDatabase } from './every-database.ts'
import { createNaiveStore, createThrowingStore } from './mutants.ts'
import { refreshIn } from './refresh.ts'
import { seedSessions } from './sessions.ts'
import { findTheftFaults } from './theft.ts'
import { findVolleyFaults, fireVolleys } from './volleys.ts'

const tabs = 16
type Mutate = (store: Store) => Store
const real: Mutate = (store) => store

/** One token, presented by 16 tabs at once to a backend over the store as it is or as it was changed. */
async function findRotationFaults(database: Database, mutate: Mutate): Promise<string> {
  const store = await database.open()
  const backend = await createBackend(store)
  const mutant = mutate(store)
  const { clock } = backend
  const sessions = await seedSessions(store, 1, clock.now)
  const places = [refreshIn(await createBackend(mutant))]
  const volleys = await fireVolleys(sessions, { places, size: tabs, parallel: 1, pause: async () => {} })
  const faults = await findVolleyFaults(volleys, await database.successors())
  await store.close()
  return faults.join('\n')
}

async function findReuseFaults(database: Database, mutate: Mutate): Promise<string> {
  const store = await database.open()
  const backend = await createBackend(mutate(store))
  const { clock } = backend
  const [session] = await seedSessions(store, 1, clock.now)
  if (!session) throw new Error('there is no session')
  const faults = await findTheftFaults({
    session,
    places: [refreshIn(backend)],
    outlastGrace: async () => clock.advance(minute),
    open: database.open,
  })
  await store.close()
  return faults.join('\n')
}

const naive: Mutate = (store) => createNaiveStore(store, tabs)

describe.each(everyDatabase)('on the $kind store', (kind) => {
  it('the real thing passes what the mutants are caught by', async () => {
    const database = await useDatabase(kind)
    expect(await findRotationFaults(database, real)).toBe('')
    expect(await findReuseFaults(database, real)).toBe('')
  })

  it('a store that writes what it read before hands out different successors of one token', async () => {
    // The index has kept the second successor out of the table, and so its owner is signed out next time.
    const faults = await findRotationFaults(await useDatabase(kind), naive)
    expect(faults).toContain('2 different successors were handed out')
    expect(faults).toContain('1 of the successors handed out lead nowhere')
  })

  it('a store that throws a reuse inside its transaction leaves the thief in', async () => {
    const faults = await findReuseFaults(await useDatabase(kind), createThrowingStore)
    expect(faults.split('\n')).toEqual([
      'the newest token after the theft was answered 200 with a cookie',
      'the session is not revoked after a reuse',
      'the audit log does not know of the reuse',
    ])
  })
})

describe.each(sharedDatabases)('on the $kind store without its unique index', (kind) => {
  it('a store that writes what it read before spends one token 16 times', async () => {
    const database = await useDatabase(kind)
    await (await database.open()).close()
    await database.dropUniqueness()
    const faults = await findRotationFaults(database, naive)
    expect(faults).toContain('16 different successors were handed out')
    expect(faults).toContain('the database has 16 successors')
  })

  it('the real thing needs no index to spend a token once', async () => {
    const database = await useDatabase(kind)
    await (await database.open()).close()
    await database.dropUniqueness()
    expect(await findRotationFaults(database, real)).toBe('')
  })
})
