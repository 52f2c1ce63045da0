import type { Clock } from '../../src/session/environment.ts'

interface Timer {
  readonly at: number
  readonly callback: () => void
}

export interface FakeClock extends Clock {
  /** Lets time pass, timer by timer, and lets promises settle in between. */
  advance(duration: number): Promise<void>
  /** The machine sleeps: the wall clock goes on, the monotonic one and all timers stand still. */
  sleep(duration: number): void
  /** Somebody sets the wall clock. */
  setWallClock(change: number): void
  readonly timers: number
  /** The longest delay ever asked for. */
  readonly longestDelay: number
}

/** Lets all that is ready to run do so. Real I/O is not awaited. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve))
}

export function createFakeClock(start = Date.UTC(2026, 0, 1)): FakeClock {
  let monotonic = 1000
  let wall = start
  let longestDelay = 0
  const timers = new Set<Timer>()

  function nextTimer(end: number): Timer | undefined {
    let next: Timer | undefined
    for (const timer of timers) if (timer.at <= end && !(next && next.at <= timer.at)) next = timer
    return next
  }

  return {
    now: () => ({ monotonic, wall }),
    startTimer(callback, delay) {
      longestDelay = Math.max(longestDelay, delay)
      // As browsers do: what does not fit 31 bits, and what is no number, fires at once.
      const wait = delay > 0 && delay <= 2 ** 31 - 1 ? delay : 0
      const timer = { at: monotonic + wait, callback }
      timers.add(timer)
      return () => {
        timers.delete(timer)
      }
    },
    async advance(duration) {
      await settle()
      const end = monotonic + duration
      for (let timer = nextTimer(end); timer; timer = nextTimer(end)) {
        const passed = Math.max(0, timer.at - monotonic)
        monotonic += passed
        wall += passed
        timers.delete(timer)
        timer.callback()
        await settle()
      }
      wall += end - monotonic
      monotonic = end
      await settle()
    },
    sleep(duration) {
      wall += duration
    },
    setWallClock(change) {
      wall += change
    },
    get timers() {
      return timers.size
    },
    get longestDelay() {
      return longestDelay
    },
  }
}
