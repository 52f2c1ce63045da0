import type { Clock } from './environment.ts'

/**
 * The calls that write the refresh cookie, one after another: whichever answer comes last wins the cookie jar, so
 * signing in and out must not be followed by the answer of an older refresh.
 */
export interface CookieTurns {
  /** Runs a call once the one before has settled, or once `patience` milliseconds are over. */
  take<T>(call: () => Promise<T> | T, patience: number): Turn<T>
  /** The calls under way. None of these promises rejects. */
  underWay(): Promise<unknown>[]
  /** Lets those who wait go ahead now: the page is leaving, later would be never. */
  hurry(): void
}

export interface Turn<T> {
  readonly result: Promise<T>
  /** Older calls that were still open when this one went ahead: each may write the cookie after it. */
  readonly overtook: Promise<Promise<unknown>[]>
  /** Lets the next one go ahead. */
  giveUp(): void
}

export function createCookieTurns(clock: Clock): CookieTurns {
  /** Only the newest is waited for: one that hangs is given up on once, not by everybody who comes after. */
  let newest: Promise<unknown> | undefined
  const open = new Set<Promise<unknown>>()
  const waiting = new Set<() => void>()

  function patiently(call: Promise<unknown>, patience: number): Promise<void> {
    return new Promise((resolve) => {
      const end = () => {
        stopTimer()
        waiting.delete(end)
        resolve()
      }
      const stopTimer = clock.startTimer(end, patience)
      waiting.add(end)
      call.then(end)
    })
  }

  return {
    take<T>(call: () => Promise<T> | T, patience: number) {
      const start = newest ? patiently(newest, patience) : Promise.resolve()
      const overtook = start.then(() => [...open])
      const result = start.then(() => {
        open.add(turn)
        return call()
      })
      const turn: Promise<unknown> = result
        .catch(() => {})
        .then(() => {
          open.delete(turn)
          giveUp()
        })
      const giveUp = () => {
        if (newest === turn) newest = undefined
      }
      newest = turn
      return { result, overtook, giveUp }
    },
    underWay: () => [...new Set(newest ? [...open, newest] : open)],
    hurry() {
      for (const goAhead of waiting) goAhead()
    },
  }
}
