import { describe, expect, it, onTestFinished } from 'vitest'
import { createMemoryStore } from '../../../demo/server/store/memory-store.ts'
import { createPostgresStore } from '../../../demo/server/store/postgres-store.ts'
import { createSqliteStore } from '../../../demo/server/store/sqlite-store.ts'
import type { Store } from '../../../demo/server/store/store.ts'
import { createRandom } from '../../helpers/random.ts'
import { createDatabase } from '../backend.ts'
import { crowd } from './crowd.ts'
import { readSeeds } from './environment.ts'
import { spendBlindly } from './mutants.ts'
import { pauseBetweenCalls } from './pauses.ts'

interface Kind {
  kind: string
  open(): Promise<Store[]>
}

const postgres: Kind = {
  kind: 'postgres',
  async open() {
    const url = await createDatabase()
    const stores = [await createPostgresStore(url), await createPostgresStore(url)]
    onTestFinished(async () => void (await Promise.all(stores.map((store) => store.close()))))
    return stores
  },
}

const kinds: Kind[] = [
  {
    kind: 'memory',
    async open() {
      const store = createMemoryStore()
      return [store, store]
    },
  },
  {
    kind: 'sqlite',
    async open() {
      const store = createSqliteStore(':memory:')
      return [store, store]
    },
  },
  postgres,
]

describe.each(kinds)('tabs that refresh at once, with the $kind store', ({ open }) => {
  it('agree on the next token whatever happens between two statements', { timeout: 3_600_000 }, async () => {
    for (const seed of readSeeds(3)) {
      const random = createRandom(seed)
      const stores = (await open()).map((store) => pauseBetweenCalls(store, random))
      const { faults } = await crowd(stores, random, { rounds: 25 })
      expect({ seed, faults }).toEqual({ seed, faults: [] })
    }
  })
})

it('tabs of a store that spends a token without a look at what it has become do not agree', async () => {
  const faults: string[] = []
  const stores = (await postgres.open()).map(spendBlindly)
  for (let seed = 1; seed <= 10 && faults.length === 0; seed++) {
    const random = createRandom(seed)
    const paused = stores.map((store) => pauseBetweenCalls(store, random))
    faults.push(...(await crowd(paused, random, { rounds: 25 })).faults)
  }
  expect(faults).not.toEqual([])
})
