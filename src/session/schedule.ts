import type { Clock } from './environment.ts'
import { type Moment, until } from './moment.ts'

/** Far below the 2^31-1 ms at which timers overflow, and often enough to notice a changed clock or a long sleep. */
const longestSlice = 30_000

/** One timer that asks, now and then, whether something is due. */
export interface Schedule {
  /** Looks at once, and arms the timer for what comes next. */
  check(): void
  stop(): void
}

/**
 * `nextDue` names the next moment that matters, or nothing; `act` is called when it has come, and must move it.
 */
export function createSchedule(clock: Clock, nextDue: () => Moment | undefined, act: () => void): Schedule {
  let stopTimer: (() => void) | undefined

  function stop(): void {
    stopTimer?.()
    stopTimer = undefined
  }

  function check(): void {
    const due = nextDue()
    if (due && until(due, clock.now()) <= 0) act()
    arm()
  }

  function arm(): void {
    stop()
    const due = nextDue()
    const wait = due ? until(due, clock.now()) : Infinity
    if (wait === Infinity) return
    // At least 1: should `act` ever fail to move the moment, this is a slow loop and not a frozen page.
    stopTimer = clock.startTimer(check, Math.min(longestSlice, Math.max(1, wait)))
  }

  return { check, stop }
}
