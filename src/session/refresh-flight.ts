import type { Company } from './company.ts'
import type { CookieTurns, Going } from './cookie-turns.ts'
import type { Clock } from './environment.ts'
import type { Moment } from './moment.ts'
import type { RefreshCall } from './refresh-call.ts'
import type { RefreshReason } from './refresh-function.ts'
import type { RefreshOutcome } from './refresh-outcome.ts'

/** One refresh call on its way. */
export interface Flight {
  readonly reason: RefreshReason
  /** The epoch it began under; under another one its outcome is nobody's. */
  readonly epoch: number
  /** Later flights, of any tab, have higher numbers: an older answer that comes after a newer one is no news. */
  readonly gen: number
  /** When the request began: no token it brings lives longer than from here. */
  readonly startedAt: Moment
}

export interface Flights {
  /** The one that is waited for; there is never a second. */
  readonly current: Flight | undefined
  /** Whether it has left already. Until then another tab's refresh can take its place. */
  readonly isSent: boolean
  start(reason: RefreshReason, epoch: number): void
  /** Waits no more for the one under way. It is not cut off: that could lose the rotated cookie. */
  abandon(): void
  /** Waits for nothing any more. */
  stop(): void
}

export interface FlightParts {
  readonly call: RefreshCall
  readonly turns: CookieTurns
  readonly company: Company
  readonly clock: Clock
  readonly timeout: number
  /**
   * Called once for each flight, and a second time for the answer of one that came after its timeout. `isAlone` says
   * whether no other tab can have interfered: otherwise a failure proves nothing.
   */
  land(flight: Flight, outcome: RefreshOutcome, isAlone: boolean): void
}

export function createFlights({ call, turns, company, clock, timeout, land }: FlightParts): Flights {
  let current: Flight | undefined
  let stopWaiting = () => {}
  let isSent = false
  const timers = new Set<() => void>()

  function start(reason: RefreshReason, epoch: number): void {
    const waiting = new AbortController()
    const flight = { reason, epoch, gen: 0, startedAt: clock.now() }
    current = flight
    isSent = false
    stopWaiting = () => waiting.abort()
    // Not only once the turn has come: who is before us may take long, and the others may have a token.
    const met = company.isBehind() ? company.meet(waiting.signal) : undefined

    let hasLeft = false

    async function send(going: Going): Promise<RefreshOutcome> {
      await met
      if (current === flight && (going.wasContended || (!met && company.isBehind()))) {
        await company.meet(waiting.signal, going.wasContended)
      }
      // Given up while it waited for its turn: nobody wants its token any more. Or its turn has been taken away.
      if (current !== flight || !going.isHeld)
        return { kind: 'unavailable', message: 'The refresh was given up.' }
      isSent = true
      hasLeft = true
      return depart(going)
    }

    function depart(going: Going): Promise<RefreshOutcome> {
      flight.startedAt = clock.now()
      flight.gen = going.gen
      const controller = new AbortController()
      const stopTimer = clock.startTimer(() => {
        timers.delete(stopTimer)
        const isAlone = going.isHeld
        turn.giveUp()
        arrive(
          flight,
          { kind: 'unavailable', message: 'The refresh endpoint did not answer in time.' },
          isAlone,
        )
        controller.abort()
      }, timeout)
      timers.add(stopTimer)
      return ask(flight, controller.signal).finally(() => {
        timers.delete(stopTimer)
        stopTimer()
      })
    }

    async function ask({ gen }: Flight, signal: AbortSignal): Promise<RefreshOutcome> {
      const hint = company.hint()
      const outcome = await call.send({ reason, signal })
      if (outcome.kind === 'granted' && (await company.hasKept(hint))) turns.distrustHint()
      if (outcome.kind !== 'refused' || current !== flight) return outcome
      // Refused, or only late? Somebody else may have spent this cookie, and there is a newer one already.
      await company.meet(waiting.signal)
      return current === flight && company.hasMoved(gen, hint) ? call.send({ reason, signal }) : outcome
    }

    let going: Going | undefined
    const turn = turns.take(
      (own) => {
        going = own
        return send(own)
      },
      timeout,
      { signal: waiting.signal, isAnswer: ({ kind }) => kind !== 'unavailable' || !hasLeft },
    )
    turn.result.then((outcome) => arrive(flight, outcome, going?.isHeld ?? false))
  }

  function arrive(flight: Flight, outcome: RefreshOutcome, isAlone: boolean): void {
    const isLate = current !== flight
    if (!isLate) current = undefined
    // What comes after its timeout is worth hearing only if it is a token.
    if (!isLate || outcome.kind === 'granted') land(flight, outcome, isAlone)
  }

  function abandon(): void {
    current = undefined
    stopWaiting()
  }

  return {
    get current() {
      return current
    },
    get isSent() {
      return isSent
    },
    start,
    abandon,
    stop() {
      for (const stopTimer of timers) stopTimer()
      abandon()
    },
  }
}
