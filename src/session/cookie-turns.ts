import type { Clock } from './environment.ts'

/**
 * The calls that write the refresh cookie, one after another: whichever answer comes last wins the cookie jar, so
 * signing in and out must not be overtaken by the answer of an older refresh.
 */
export interface CookieTurns {
  /**
   * Runs a call once the one before has settled, or once `patience` milliseconds are over.
   * `overtook` settles when an older call that had not been waited for has settled at last.
   */
  take<T>(call: () => Promise<T> | T, patience: number): { result: Promise<T>; overtook: Promise<boolean> }
  /** Settles once the calls under way have settled, with whether there were any. */
  settled(): Promise<boolean>
  /** Lets those who wait go ahead now: the page is leaving, later would be never. */
  hurry(): void
}

export function createCookieTurns(clock: Clock): CookieTurns {
  let last: Promise<unknown> | undefined
  const waiting = new Set<() => void>()

  /** Resolves with whether `call` had settled when the waiting ended. */
  function patiently(call: Promise<unknown>, patience: number): Promise<boolean> {
    return new Promise((resolve) => {
      const end = (settled: boolean) => {
        stopTimer()
        waiting.delete(goAhead)
        resolve(settled)
      }
      const goAhead = () => end(false)
      const stopTimer = clock.startTimer(goAhead, patience)
      waiting.add(goAhead)
      call.then(() => end(true))
    })
  }

  return {
    take(call, patience) {
      const before = last
      const inOrder = before ? patiently(before, patience) : Promise.resolve(true)
      const result = inOrder.then(() => call())
      // The next in line waits for all that came before, not only for its neighbour.
      const turn = Promise.allSettled([before, result]).then(() => {
        if (last === turn) last = undefined
      })
      last = turn
      const overtook = inOrder.then((settled) => !settled && (before as Promise<unknown>).then(() => true))
      return { result, overtook }
    },
    settled: () => (last ? last.then(() => true) : Promise.resolve(false)),
    hurry() {
      for (const goAhead of waiting) goAhead()
    },
  }
}
