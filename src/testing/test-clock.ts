import type { Clock } from '../session/environment.ts'

interface Timer {
  readonly at: number
  readonly callback: () => void
}

/** A clock that only goes when it is told to. */
export interface TestClock extends Clock {
  /** Lets time pass, timer by timer, and all settle in between; no further than to where `isOver`. */
  advance(duration: number, isOver?: () => boolean): Promise<void>
  /** The machine sleeps: the wall clock goes on, the monotonic one and all timers stand still. */
  sleep(duration: number): void
  /** Somebody sets the wall clock. */
  setWallClock(change: number): void
  readonly timers: number
}

export function createTestClock(start: number, settle: () => Promise<void>): TestClock {
  let monotonic = 1000
  let wall = start
  const timers = new Set<Timer>()

  function nextTimer(end: number): Timer | undefined {
    let next: Timer | undefined
    for (const timer of timers) if (timer.at <= end && !(next && next.at <= timer.at)) next = timer
    return next
  }

  return {
    now: () => ({ monotonic, wall }),
    startTimer(callback, delay) {
      // As browsers do: what does not fit 31 bits, and what is no number, fires at once.
      const wait = delay > 0 && delay <= 2 ** 31 - 1 ? delay : 0
      const timer = { at: monotonic + wait, callback }
      timers.add(timer)
      return () => {
        timers.delete(timer)
      }
    },
    async advance(duration, isOver = () => false) {
      const end = monotonic + duration
      await settle()
      for (let timer = nextTimer(end); timer && !isOver(); timer = nextTimer(end)) {
        const passed = Math.max(0, timer.at - monotonic)
        monotonic += passed
        wall += passed
        timers.delete(timer)
        timer.callback()
        await settle()
      }
      if (isOver()) return
      const rest = Math.max(0, end - monotonic)
      monotonic += rest
      wall += rest
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
  }
}
