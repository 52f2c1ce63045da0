import { type AccessToken, issueAccessToken, type TokenFacts } from './access-token.ts'
import { createBackOff } from './back-off.ts'
import type { CookieTurns } from './cookie-turns.ts'
import { nextDue, proactiveDue, type Situation } from './due.ts'
import type { Environment } from './environment.ts'
import {
  type AnySilentRefreshError,
  type EndReason,
  RefreshUnavailableError,
  SessionEndedError,
} from './errors.ts'
import type { SessionEvent } from './events.ts'
import { latest, type Moment, until } from './moment.ts'
import type { RefreshReason } from './options.ts'
import type { RefreshCall } from './refresh-call.ts'
import { createFlights, type Flight } from './refresh-flight.ts'
import type { RefreshOutcome } from './refresh-outcome.ts'
import type { Refresher } from './refresher.ts'
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

/** Where, when and for whom a refresh is made is decided here; what its outcome means, in `ruling.ts`. */
export function createRefresher({ call, turns, standing, environment, settings }: RefresherParts): Refresher {
  const { clock, signals, random } = environment
  const { state, change, usableToken } = standing
  const line = createWaitingLine<AccessToken | null>(clock, settings.maxWait)
  const backOff = createBackOff(random)
  const flights = createFlights({ call, turns, clock, timeout: settings.refreshTimeout, land })
  const schedule = createSchedule(clock, () => nextDue(situation()), actOnDue)
  let pauses = 0
  let isSuspect = false
  let isToVerify = false
  let newest = 0
  let epochs = 0

  function start(reason: RefreshReason, insists = false): void {
    const wait = reason === 'proactive' ? latest(backOff.retryAt, backOff.restUntil) : backOff.retryAt
    if (flights.current || pauses > 0 || (!insists && wait && until(wait, clock.now()) > 0)) return
    flights.start(reason, state.epoch)
    change({ refreshing: true }, { type: 'refresh-started', reason })
  }

  function join(reason: RefreshReason, giveUp?: GiveUp): Promise<AccessToken | null> {
    const place = line.join(giveUp)
    start(reason)
    // Until the refresh has spoken, nobody else is sent with a token that was refused.
    if (!flights.current) turnAway()
    else if (reason === 'rejected' && !state.isRejected) change({ isRejected: true })
    if (line.size === 1) schedule.check()
    return place
  }

  /** Nobody is kept waiting for what cannot come in time. */
  function turnAway(): void {
    const { error, retryAt } = backOff
    if (error?.code === 'ERR_REFRESH_UNAVAILABLE' && retryAt) line.dismissBefore(retryAt, error)
    else if (error) line.dismiss(error)
  }

  function land(flight: Flight, outcome: RefreshOutcome): void {
    if (flight.epoch !== state.epoch || flight.number < newest) return
    const waiting = line.size
    const { status, token } = state
    change({ refreshing: flights.current !== undefined })
    const isUsable = usableToken() !== undefined
    const ruling = rule(outcome, { status, held: token, isUsable, isSuspect })
    if (ruling.kind === 'commit') commit(ruling.facts, flight, waiting)
    else if (ruling.kind === 'end') finish(ruling.reason)
    else endure(ruling, flight.reason, waiting)
    schedule.check()
  }

  function verify(): void {
    isSuspect = true
    isToVerify = pauses > 0
    start('verify', true)
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
    backOff.reset()
    isSuspect = false
    change({ status: 'authenticated', token, isRejected: false, reason: undefined, error: undefined }, event)
    line.serve(token)
    schedule.check()
  }

  /** No token came of it, and the session goes on. */
  function endure(
    ruling: Exclude<Ruling, { kind: 'commit' | 'end' }>,
    reason: RefreshReason,
    waiting: number,
  ): void {
    if (ruling.kind === 'keep') {
      const end = state.token?.expiresAt
      backOff.rest(end)
      tellFailure(new SessionEndedError('expired', ruling.message), end, reason, waiting)
      line.serve(state.token)
      return
    }
    if (ruling.kind === 'stop') backOff.stop(ruling.error, clock.now())
    else backOff.fail(ruling, clock.now())
    // Whoever is refused again waits again; nobody else has to.
    change({ isRejected: false })
    const { error, retryAt } = backOff
    if (error) tellFailure(error, retryAt, reason, waiting)
    turnAway()
  }

  function tellFailure(
    error: AnySilentRefreshError,
    again: Moment | undefined,
    reason: RefreshReason,
    waiting: number,
  ): void {
    change({ error }, { type: 'refresh-failed', reason, error, retryAt: again?.wall, waiting })
  }

  function finish(reason: EndReason): void {
    // An anonymous visitor's requests are sent as they are: nothing has been lost.
    if (state.status !== 'authenticated') line.serve(null)
    end(state.reason ?? reason)
  }

  function end(reason: EndReason): void {
    moveOn(reason)
    change(
      { status: 'unauthenticated', token: null, isRejected: false, reason, error: undefined },
      { type: 'ended', reason },
    )
    schedule.check()
  }

  function abandon(reason: EndReason): void {
    const isUnderWay = flights.current !== undefined
    moveOn(reason)
    if (isUnderWay) change({}, { type: 'refresh-abandoned' })
    schedule.check()
  }

  /** What belongs to the epoch before has no say any more. */
  function moveOn(reason: EndReason): void {
    flights.abandon()
    backOff.reset()
    isToVerify = false
    change({ epoch: ++epochs, refreshing: false })
    line.dismiss(new SessionEndedError(reason))
  }

  function situation(): Situation {
    return {
      now: clock.now(),
      status: state.status,
      token: state.token,
      isVisible: signals.isVisible(),
      isOnline: signals.isOnline(),
      isBusy: flights.current !== undefined || pauses > 0,
      firstDeadline: line.firstDeadline,
      retryAt: backOff.retryAt,
      restUntil: backOff.restUntil,
      staleAt: state.error && !standing.getSnapshot().stale ? state.token?.expiresAt : undefined,
    }
  }

  function actOnDue(): void {
    const tooLate = backOff.error ?? new RefreshUnavailableError('No usable token could be had in time.')
    line.dismissBefore(clock.now(), tooLate)
    const present = situation()
    const proactive = proactiveDue(present)
    if (line.size > 0) {
      if (present.isOnline) start('expired')
    } else if (proactive && until(proactive, present.now) <= 0) start(state.token ? 'proactive' : 'startup')
    const { staleAt, now } = situation()
    if (staleAt && until(staleAt, now) <= 0) change({}, { type: 'stale' })
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
        if (isToVerify && state.token) verify()
        if (line.size > 0 && state.status === 'unauthenticated') line.serve(null)
        else if (line.size > 0) start('expired')
        schedule.check()
      }
    },
    isPaused: () => pauses > 0,
    suspect() {
      isSuspect = true
    },
    verify,
    revive() {
      backOff.reset()
      if (line.size > 0) start('expired')
      schedule.check()
    },
    check: schedule.check,
    stop() {
      flights.stop()
      schedule.stop()
    },
  }
}
