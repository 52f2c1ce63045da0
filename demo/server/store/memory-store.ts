import { createMemoryRecords } from './memory-records.ts'
import { copyTables, emptyTables, readTables, type Tables, writeTables } from './memory-tables.ts'
import { type Store, StoreUnavailableError } from './store.ts'
import { createTurns } from './turns.ts'

/** Where the tables survive a reload of the page, e.g. an entry of `localStorage`. */
export interface Shelf {
  load(): string | null
  save(text: string): void
}

/**
 * The store of the page and of tests. With a shelf it reads the tables at the start of every turn and saves
 * them after every write, so that a reload keeps its sessions. Several tabs on one shelf need a lock around
 * the whole call of the app: the turns here are this tab's only.
 */
export function createMemoryStore(shelf?: Shelf): Store {
  const takeTurn = createTurns()
  let tables = emptyTables()
  let closed = false

  function load(): Tables {
    if (closed) throw new StoreUnavailableError('the store is closed')
    const saved = shelf?.load()
    return saved ? readTables(saved) : copyTables(tables)
  }

  return {
    read: (work) => takeTurn(async () => work(createMemoryRecords(load()))),
    write: (work) =>
      takeTurn(async () => {
        const draft = load()
        const result = await work(createMemoryRecords(draft))
        tables = draft
        shelf?.save(writeTables(draft))
        return result
      }),
    close: () =>
      takeTurn(async () => {
        closed = true
      }),
  }
}
