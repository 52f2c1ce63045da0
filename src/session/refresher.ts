import { type AccessToken, issueAccessToken, type TokenFacts } from './access-token.ts'
import { createBackOff } from './back-off.ts'
import type { CookieTurns } from './cookie-turns.ts'
import type { Environment } from './environment.ts'
import {
  type AnySilentRefreshError,
  type EndReason,
  RefreshUnavailableError,
  SessionEndedError,
} from './errors.ts'
import type { SessionEvent } from './events.ts'
import { earliest, latest, type Moment, never, until } from './moment.ts'
import type { RefreshReason } from './options.ts'
import type { RefreshCall } from './refresh-call.ts'
import { createFlights, type Flight } from './refresh-flight.ts'
import type { RefreshOutcome } from './refresh-outcome.ts'
import { type Ruling, rule } from './ruling.ts'
import { createSchedule } from './schedule.ts'
import type { Standing } from './standing.ts'
import { createWaitingLine, type GiveUp } from './waiting-line.ts'

export interface RefresherSettings {
  readonly scheme: string
  readonly refreshMargin: number | undefined
  readonly refreshTimeout: number
  readonly maxWait: number
}

export interface RefresherParts {
  readonly call: RefreshCall
  readonly turns: CookieTurns
  readonly standing: Standing
  readonly environment: Environment
  readonly settings: RefresherSettings
}

/** Gets new tokens: one refresh at a time for all who need one, and again later when it failed. */
export interface Refresher {
  /** Waits for the next token; starts a refresh unless one is under way or has just failed. */
  join(reason: RefreshReason, giveUp?: GiveUp): Promise<AccessToken | null>
  /** Starts a refresh beside the caller, who does not wait. It may be told not to mind that one has just failed. */
  start(reason: RefreshReason, insists?: boolean): void
  /** Makes the token of a sign-in the session's own. */
  adopt(facts: TokenFacts, startedAt: Moment): void
  /** Gives up what belongs to the epoch before, and turns away those who wait for it. */
  abandon(reason: EndReason): void
  end(reason: EndReason): void
  /** No refresh starts meanwhile: a login call is deciding whose session this is. Returns the end of it. */
  pause(): () => void
  isPaused(): boolean
  /** From now on only a token that is shown to be this user's is believed. */
  suspect(): void
  /** The network is back: whatever failed before may work now. */
  revive(): void
  /** Looks whether anything is due. */
  check(): void
  stop(): void
}

export function createRefresher({ call, turns, standing, environment, settings }: RefresherParts): Refresher {
  const { clock, signals, random } = environment
  const { state, change, usableToken } = standing
  const line = createWaitingLine<AccessToken | null>(clock, settings.maxWait)
  const backOff = createBackOff(random)
  const flights = createFlights({
    call,
    turns,
    clock,
    timeout: settings.refreshTimeout,
    land,
  })
  const schedule = createSchedule(clock, nextDue, actOnDue)
  let pauses = 0
  let isSuspect = false
  let newest = 0
  let epochs = 0
  let lastFailure: AnySilentRefreshError | undefined
  /** After a refusal or a nonsensical answer the page does not ask again by itself before this moment. */
  let restUntil: Moment | undefined

  function start(reason: RefreshReason, insists = false): void {
    const { retryAt } = backOff
    if (flights.current || pauses > 0 || (!insists && retryAt && until(retryAt, clock.now()) > 0)) return
    flights.start(reason, state.epoch)
    change({ refreshing: true }, { type: 'refresh-started', reason })
  }

  function join(reason: RefreshReason, giveUp?: GiveUp): Promise<AccessToken | null> {
    const place = line.join(giveUp)
    start(reason)
    if (!flights.current && backOff.retryAt && lastFailure) turnAway(backOff.retryAt, lastFailure)
    if (line.size === 1) schedule.check()
    return place
  }

  /** Nobody is kept waiting for what cannot come in time. */
  function turnAway(retryAt: Moment, error: AnySilentRefreshError): void {
    if (error.code === 'ERR_REFRESH_UNAVAILABLE') line.dismissBefore(retryAt, error)
    else line.dismiss(error)
  }

  function land(flight: Flight, outcome: RefreshOutcome): void {
    if (flight.epoch !== state.epoch || flight.number < newest) return
    const waiting = line.size
    const { status, token } = state
    change({ refreshing: flights.current !== undefined })
    const ruling = rule(outcome, {
      status,
      held: token,
      isUsable: usableToken() !== undefined,
      isSuspect,
    })
    if (ruling.kind === 'commit') commit(ruling.facts, flight, waiting)
    else if (ruling.kind === 'end') finish(ruling.reason)
    else endure(ruling, flight.reason, waiting)
    schedule.check()
  }

  function commit(facts: TokenFacts, flight: Flight, waiting: number): void {
    const { reason, number, startedAt } = flight
    newest = number
    // The app asked for a refresh although nobody was signed in: a session begins.
    if (state.status === 'unauthenticated') change({ epoch: ++epochs })
    const token = issue(facts, startedAt, true)
    const duration = clock.now().monotonic - startedAt.monotonic
    const end = token.expiresAt.wall
    const expiresAt = end === Infinity ? undefined : end
    keep(token, { type: 'refreshed', reason, expiresAt, duration, waiting })
  }

  function issue(facts: TokenFacts, startedAt: Moment, isNew: boolean): AccessToken {
    return issueAccessToken(facts, {
      scheme: settings.scheme,
      epoch: state.epoch,
      startedAt,
      receivedAt: clock.now(),
      margin: settings.refreshMargin,
      jitter: random(),
      isNew,
    })
  }

  function keep(token: AccessToken, event: SessionEvent): void {
    forgetFailures()
    isSuspect = false
    change(
      {
        status: 'authenticated',
        token,
        isRejected: false,
        reason: undefined,
        error: undefined,
      },
      event,
    )
    line.serve(token)
    schedule.check()
  }

  function forgetFailures(): void {
    backOff.reset()
    lastFailure = undefined
    restUntil = undefined
  }

  /** No token came of it, and the session goes on. */
  function endure(
    ruling: Exclude<Ruling, { kind: 'commit' | 'end' }>,
    reason: RefreshReason,
    waiting: number,
  ): void {
    const now = clock.now()
    if (ruling.kind === 'keep') {
      restUntil = state.token?.expiresAt
      const error = new SessionEndedError('expired', ruling.message)
      change(
        { error },
        {
          type: 'refresh-failed',
          reason,
          error,
          retryAt: restUntil?.wall,
          waiting,
        },
      )
      line.serve(state.token)
      return
    }
    const retryAt = backOff.failed(now, ruling.kind === 'unavailable' ? ruling.retryAfter : undefined)
    restUntil = ruling.kind === 'stop' ? never : undefined
    lastFailure =
      ruling.kind === 'stop'
        ? ruling.error
        : new RefreshUnavailableError(ruling.message, ruling.cause, retryAt.wall)
    change(
      { isRejected: false, error: lastFailure },
      {
        type: 'refresh-failed',
        reason,
        error: lastFailure,
        retryAt: retryAt.wall,
        waiting,
      },
    )
    turnAway(retryAt, lastFailure)
  }

  function finish(reason: EndReason): void {
    // An anonymous visitor's requests are sent as they are: nothing has been lost.
    if (state.status !== 'authenticated') line.serve(null)
    end(state.reason ?? reason)
  }

  function end(reason: EndReason): void {
    change(
      {
        status: 'unauthenticated',
        token: null,
        isRejected: false,
        reason,
        error: undefined,
      },
      { type: 'ended', reason },
    )
    abandon(reason)
  }

  function abandon(reason: EndReason): void {
    flights.abandon()
    forgetFailures()
    change({ epoch: ++epochs, refreshing: false })
    line.dismiss(new SessionEndedError(reason))
    schedule.check()
  }

  /** When the page has to do something by itself, if nobody asks before. */
  function nextDue(): Moment | undefined {
    const { firstDeadline } = line
    if (flights.current || pauses > 0) return firstDeadline
    const { retryAt } = backOff
    const wish = firstDeadline ? (signals.isOnline() ? clock.now() : undefined) : nextProactive()
    const attempt = wish && retryAt ? latest(wish, retryAt) : wish
    return attempt && firstDeadline ? earliest(attempt, firstDeadline) : (attempt ?? firstDeadline)
  }

  function nextProactive(): Moment | undefined {
    const { status, token } = state
    if (!signals.isVisible() || !signals.isOnline() || status === 'unauthenticated') return undefined
    const wish = token ? token.refreshAt : clock.now()
    return restUntil ? latest(wish, restUntil) : wish
  }

  function actOnDue(): void {
    const tooLate = lastFailure ?? new RefreshUnavailableError('No usable token could be had in time.')
    line.dismissBefore(clock.now(), tooLate)
    if (line.size > 0 ? !signals.isOnline() : !isDue(nextProactive())) return
    start(line.size > 0 ? 'expired' : state.status === 'loading' ? 'startup' : 'proactive')
  }

  function isDue(moment: Moment | undefined): boolean {
    return moment !== undefined && until(moment, clock.now()) <= 0
  }

  return {
    join,
    start,
    abandon,
    end,
    adopt: (facts, startedAt) => keep(issue(facts, startedAt, false), { type: 'signed-in' }),
    pause() {
      pauses++
      return () => {
        pauses--
        if (line.size > 0 && state.status === 'unauthenticated') line.serve(null)
        else if (line.size > 0) start('expired')
        schedule.check()
      }
    },
    isPaused: () => pauses > 0,
    suspect() {
      isSuspect = true
    },
    revive() {
      forgetFailures()
      if (line.size > 0) start('expired')
      schedule.check()
    },
    check: schedule.check,
    stop: schedule.stop,
  }
}
