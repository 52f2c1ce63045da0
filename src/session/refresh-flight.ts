import type { CookieTurns } from './cookie-turns.ts'
import type { Clock } from './environment.ts'
import type { Moment } from './moment.ts'
import type { RefreshReason } from './options.ts'
import type { RefreshCall } from './refresh-call.ts'
import type { RefreshOutcome } from './refresh-outcome.ts'

/** One refresh call on its way. */
export interface Flight {
  readonly reason: RefreshReason
  /** The epoch it began under; under another one its outcome is nobody's. */
  readonly epoch: number
  /** Later flights have higher numbers: an older answer that comes after a newer one is no news. */
  readonly number: number
  /** When the request began: no token it brings lives longer than from here. */
  readonly startedAt: Moment
}

export interface Flights {
  /** The one that is waited for; there is never a second. */
  readonly current: Flight | undefined
  start(reason: RefreshReason, epoch: number): void
  /** Waits no more for the one under way. It is not cut off: that could lose the rotated cookie. */
  abandon(): void
  /** Waits for nothing any more. */
  stop(): void
}

export interface FlightParts {
  readonly call: RefreshCall
  readonly turns: CookieTurns
  readonly clock: Clock
  readonly timeout: number
  /** Called once for each flight, and a second time for the answer of one that came after its timeout. */
  land(flight: Flight, outcome: RefreshOutcome): void
}

export function createFlights({ call, turns, clock, timeout, land }: FlightParts): Flights {
  let current: Flight | undefined
  let count = 0
  const timers = new Set<() => void>()

  function start(reason: RefreshReason, epoch: number): void {
    const controller = new AbortController()
    const flight = { reason, epoch, number: ++count, startedAt: clock.now() }
    current = flight

    async function send(): Promise<RefreshOutcome> {
      // Given up while it waited for its turn: nobody wants its token any more.
      if (current !== flight) return { kind: 'unavailable', message: 'The refresh was given up.' }
      flight.startedAt = clock.now()
      const stopTimer = clock.startTimer(() => {
        timers.delete(stopTimer)
        turn.giveUp()
        arrive(flight, {
          kind: 'unavailable',
          message: 'The refresh endpoint did not answer in time.',
        })
        controller.abort()
      }, timeout)
      timers.add(stopTimer)
      return call.send({ reason, signal: controller.signal }).finally(() => {
        timers.delete(stopTimer)
        stopTimer()
      })
    }

    const turn = turns.take(send, timeout)
    turn.result.then((outcome) => arrive(flight, outcome))
  }

  function arrive(flight: Flight, outcome: RefreshOutcome): void {
    const isLate = current !== flight
    if (!isLate) current = undefined
    // What comes after its timeout is worth hearing only if it is a token.
    if (!isLate || outcome.kind === 'granted') land(flight, outcome)
  }

  return {
    get current() {
      return current
    },
    start,
    abandon() {
      current = undefined
    },
    stop() {
      for (const stopTimer of timers) stopTimer()
    },
  }
}
