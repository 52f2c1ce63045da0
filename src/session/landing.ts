import type { AccessToken, TokenFacts } from './access-token.ts'
import type { BackOff } from './back-off.ts'
import type { Course } from './course.ts'
import type { Clock } from './environment.ts'
import { type AnySilentRefreshError, SessionEndedError } from './errors.ts'
import type { Moment } from './moment.ts'
import type { Flight } from './refresh-flight.ts'
import type { RefreshReason } from './refresh-function.ts'
import type { RefreshOutcome } from './refresh-outcome.ts'
import { type Ruling, rule } from './ruling.ts'
import type { Standing } from './standing.ts'
import type { Tabs } from './tabs.ts'
import type { WaitingLine } from './waiting-line.ts'

/** Carries out what the outcome of a refresh means for the session and for those who wait. */
export interface Landing {
  land(flight: Flight, outcome: RefreshOutcome): void
  /** What failed for another tab, while this one waited for its turn, has failed for this one. */
  shareFailure(flight: Flight, failure: Extract<RefreshOutcome, { kind: 'unavailable' }>): void
  /** Nobody is kept waiting for what cannot come in time. */
  turnAway(): void
}

export interface LandingParts {
  readonly standing: Standing
  readonly course: Course
  readonly tabs: Tabs
  readonly line: WaitingLine<AccessToken | null>
  readonly backOff: BackOff
  readonly clock: Clock
}

export function createLanding({ standing, course, tabs, line, backOff, clock }: LandingParts): Landing {
  const { state, change, usableToken } = standing

  function land(flight: Flight, outcome: RefreshOutcome): void {
    const { status, token, isSuspect, stamp } = state
    // Another refresh, of this or another tab, has brought a newer one meanwhile.
    if (token && outcome.kind === 'granted' && flight.gen < stamp.gen) return
    const isUsable = usableToken() !== undefined
    const ruling = rule(outcome, { status, held: token, isUsable, isSuspect })
    if (ruling.kind === 'commit') commit(ruling.facts, flight)
    else if (ruling.kind === 'end') {
      // What others were given before this call is over as well; but who has the new user's token keeps it.
      if (ruling.reason !== 'replaced') change({ stamp: { ...stamp, gen: Math.max(stamp.gen, flight.gen) } })
      course.finish(ruling.reason, { message: ruling.message })
    } else endure(ruling, flight.reason)
    if (ruling.kind === 'unavailable') tabs.tellFailure(ruling.message, ruling.retryAfter)
  }

  function commit(facts: TokenFacts, { gen, reason, startedAt }: Flight): void {
    const { status, stamp } = state
    const waiting = line.size
    // The app asked for a refresh although nobody was signed in: a session begins.
    if (status === 'unauthenticated') course.moveAlong()
    const isNewLogin = status === 'unauthenticated' || stamp.turn === 0
    const login = isNewLogin ? tabs.nextLogin(stamp) : stamp
    const now = clock.now()
    const token = course.issue(facts, startedAt, now)
    const duration = now.monotonic - startedAt.monotonic
    const event = { type: 'refreshed', reason, expiresAt: expiryOf(token), duration, waiting } as const
    course.keep(token, { ...login, gen }, event)
  }

  /** No token came of it, and the session goes on. */
  function endure(ruling: Exclude<Ruling, { kind: 'commit' | 'end' }>, reason: RefreshReason): void {
    if (ruling.kind === 'keep') {
      const end = state.token?.expiresAt
      backOff.rest(end)
      tellFailure(new SessionEndedError('expired', ruling.message), end, reason)
      line.serve(state.token)
      return
    }
    if (ruling.kind === 'stop') backOff.stop(ruling.error, clock.now())
    else backOff.fail(ruling, clock.now())
    // Whoever is refused again waits again; nobody else has to.
    change({ isRejected: false })
    const { error, retryAt } = backOff
    if (error) tellFailure(error, retryAt, reason)
    turnAway()
  }

  function tellFailure(error: AnySilentRefreshError, again: Moment | undefined, reason: RefreshReason): void {
    const event = { type: 'refresh-failed', reason, error, retryAt: again?.wall, waiting: line.size } as const
    change({ error }, event)
  }

  function turnAway(): void {
    const { error, retryAt } = backOff
    if (error?.code === 'ERR_REFRESH_UNAVAILABLE' && retryAt) line.dismissBefore(retryAt, error)
    else if (error) line.dismiss(error)
  }

  return { land, turnAway, shareFailure: (flight, failure) => endure(failure, flight.reason) }
}

/** The end of a token's life for events, in epoch milliseconds. */
export function expiryOf({ expiresAt }: AccessToken): number | undefined {
  return expiresAt.wall === Infinity ? undefined : expiresAt.wall
}
