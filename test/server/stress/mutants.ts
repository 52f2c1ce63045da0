import type { Records, Store } from '../../../demo/server/store/store.ts'
import { createTurns } from '../../../demo/server/store/turns.ts'

/**
 * Reads, judges, then writes: every call is a transaction of its own, and a token is spent without a look at
 * whether it still is what was judged. Nothing is spent before `readers` have judged, so that the race is lost
 * every time and not only now and then.
 */
export function createNaiveStore(store: Store, readers: number): Store {
  const takeTurn = createTurns()
  const gate = createGate(readers)
  const scattered = new Proxy({} as Records, {
    get:
      (_, name: keyof Records) =>
      (...values: never[]) =>
        takeTurn(() =>
          store.write((records) => (records[name] as (...values: never[]) => Promise<unknown>)(...values)),
        ),
  })
  const spendToken: Records['spendToken'] = async (hash, spending) => {
    await gate()
    return takeTurn(() =>
      store.write(async (records) => {
        const found = await records.findToken(hash)
        const { usedAt = null, handedOutAt = null } = found?.token ?? {}
        return records.spendToken(hash, { ...spending, usedAt, handedOutAt })
      }),
    )
  }
  const naive = new Proxy(scattered, {
    get: (records, name: keyof Records) => (name === 'spendToken' ? spendToken : records[name]),
  })
  return { ...store, write: (work) => work(naive) }
}

/** Tells of a reuse by throwing inside the transaction, and so takes back the revocation it tells of. */
export function createThrowingStore(store: Store): Store {
  return {
    ...store,
    async write(work) {
      let refused: { result: Awaited<ReturnType<typeof work>> } | undefined
      try {
        return await store.write(async (records) => {
          let reused = false
          const revokeSession: Records['revokeSession'] = (id, at, reason) => {
            reused ||= reason === 'reuse'
            return records.revokeSession(id, at, reason)
          }
          const result = await work({ ...records, revokeSession })
          if (!reused) return result
          refused = { result }
          throw new Error('the token was reused')
        })
      } catch (error) {
        if (!refused) throw error
        return refused.result
      }
    },
  }
}

/** Holds everybody back until so many have come; open from then on. */
function createGate(count: number): () => Promise<void> {
  let missing = count
  let open = () => {}
  const opened = new Promise<void>((resolve) => {
    open = resolve
  })
  return () => {
    missing -= 1
    if (missing <= 0) open()
    return opened
  }
}
