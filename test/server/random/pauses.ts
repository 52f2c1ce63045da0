import type { Records, Store } from '../../../demo/server/store/store.ts'
import type { Random } from '../../helpers/random.ts'

/** Between any two calls of a transaction others get their turn, more often than a quiet database would give it. */
export function pauseBetweenCalls(store: Store, random: Random): Store {
  const pause = async () => {
    for (let rest = random.below(4); rest > 0; rest--) {
      await new Promise<void>((resolve) => {
        setImmediate(resolve)
      })
    }
  }
  return {
    ...store,
    write: (work) =>
      store.write((records) =>
        work(
          new Proxy(records, {
            get:
              (target, name: keyof Records) =>
              async (...values: never[]) => {
                await pause()
                return (target[name] as (...values: never[]) => Promise<unknown>)(...values)
              },
          }),
        ),
      ),
  }
}
