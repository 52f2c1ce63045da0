import type { AccessToken } from './access-token.ts'
import { createBackOff } from './back-off.ts'
import { createCompany } from './company.ts'
import type { CookieTurns } from './cookie-turns.ts'
import { createCourse } from './course.ts'
import { nextDue, proactiveDue, type Situation } from './due.ts'
import type { Environment } from './environment.ts'
import { RefreshUnavailableError } from './errors.ts'
import { createHearing } from './hearing.ts'
import { createLanding } from './landing.ts'
import { latest, until } from './moment.ts'
import type { RefreshCall } from './refresh-call.ts'
import { createFlights, type Flight } from './refresh-flight.ts'
import type { RefreshReason } from './refresh-function.ts'
import type { RefreshOutcome } from './refresh-outcome.ts'
import type { Refresher } from './refresher.ts'
import { createSchedule } from './schedule.ts'
import type { Standing } from './standing.ts'
import type { Heard } from './tab-message.ts'
import type { Tabs } from './tabs.ts'
import { createWaitingLine, type GiveUp } from './waiting-line.ts'

export interface RefresherSettings {
  readonly scheme: string
  readonly refreshMargin: number | undefined
  readonly refreshTimeout: number
  readonly maxWait: number
  readonly hintCookie: string
}

export interface RefresherParts {
  readonly call: RefreshCall
  readonly turns: CookieTurns
  readonly tabs: Tabs
  readonly standing: Standing
  readonly environment: Environment
  readonly settings: RefresherSettings
  /** Signs out at the server once more: an answer that came too late may have brought the cookie back. */
  readonly repeatSignOut: () => void
}

/** When a refresh is made, and for whom. What its outcome means is decided in `ruling.ts`. */
export function createRefresher(parts: RefresherParts): Refresher {
  const { call, turns, tabs, standing, environment, settings, repeatSignOut } = parts
  const { clock, signals, random, page } = environment
  const { state, change } = standing
  const line = createWaitingLine<AccessToken | null>(clock, settings.maxWait)
  const backOff = createBackOff(random)
  const company = createCompany({
    tabs,
    standing,
    page,
    hintCookie: settings.hintCookie,
    hear: (news) => hearing.hear(news),
  })
  const { catchUp } = company
  const flights = createFlights({ call, turns, company, clock, timeout: settings.refreshTimeout, land })
  const schedule = createSchedule(clock, () => nextDue(situation()), actOnDue)
  const abandonFlight = () => flights.abandon()
  const course = createCourse({
    standing,
    tabs,
    line,
    backOff,
    environment,
    scheme: settings.scheme,
    margin: settings.refreshMargin,
    abandonFlight,
    check: () => schedule.check(),
  })
  const landing = createLanding({ standing, course, tabs, line, backOff, clock })
  const hearing = createHearing({ standing, course, line, clock, abandonFlight, switched })
  let pauses = 0
  let isAway = false
  let isToVerify = false
  /** The epoch that began with the sign-in or sign-out of another tab. */
  let switchedTo = -1

  function start(reason: RefreshReason, insists = false): void {
    const wait = reason === 'proactive' ? latest(backOff.retryAt, backOff.restUntil) : backOff.retryAt
    if (flights.current || isHeldUp() || (!insists && wait && until(wait, clock.now()) > 0)) return
    flights.start(reason, state.epoch)
    change({ refreshing: true }, { type: 'refresh-started', reason })
  }

  const isHeldUp = () => pauses > 0 || isAway

  function join(reason: RefreshReason, giveUp?: GiveUp): Promise<AccessToken | null> {
    const place = line.join(giveUp)
    start(reason)
    // Until the refresh has spoken, nobody else is sent with a token that was refused.
    if (!flights.current) landing.turnAway()
    else if (reason === 'rejected' && !state.isRejected) change({ isRejected: true })
    if (line.size === 1) schedule.check()
    return place
  }

  function land(flight: Flight, outcome: RefreshOutcome, isAlone: boolean): void {
    if (flight.epoch !== state.epoch) {
      // Login calls take turns. Who signed in all the same had done so before, and this cookie came later.
      const mayBeStray = !isAlone || (state.token && state.epoch === switchedTo)
      if (mayBeStray && outcome.kind === 'granted') mistrustCookie()
      return
    }
    change({ refreshing: flights.current !== undefined })
    // Whoever took the turn from us has spent the cookie that we are refused for.
    const counts = outcome.kind === 'granted' || (isAlone && !company.isOvertaken(flight.gen))
    if (counts) landOn(flight, outcome)
    else if (flight.reason === 'verify') start('verify', true)
    goOn()
  }

  function landOn(flight: Flight, outcome: RefreshOutcome): void {
    const { token } = state
    landing.land(flight, outcome)
    const { current, isSent } = flights
    if (state.token === token || !current || isSent) return
    // An answer that was given up has come late, and brought what the next call was to ask for.
    flights.abandon()
    change({ refreshing: false })
  }

  /** Under an older epoch somebody was given a cookie, and it may have come after that of the present one. */
  function mistrustCookie(): void {
    if (state.token) verify()
    else if (state.epoch === switchedTo) repeatSignOut()
  }

  function goOn(): void {
    if (line.size > 0) start(state.token ? 'expired' : 'startup')
    schedule.check()
  }

  function switched(): void {
    switchedTo = state.epoch
    goOn()
  }

  function verify(): void {
    isToVerify = isHeldUp()
    change({ isSuspect: true })
    start('verify', true)
  }

  function hear(message: Heard): void {
    if (message.type === 'session') hearing.hear(message)
    else if (flights.current && !flights.isSent) {
      const { current } = flights
      flights.abandon()
      change({ refreshing: false })
      const { message: text, retryAfter } = message
      landing.shareFailure(current, { kind: 'unavailable', message: text, retryAfter })
      schedule.check()
    }
  }

  function situation(): Situation {
    return {
      now: clock.now(),
      status: state.status,
      token: state.token,
      isVisible: signals.isVisible(),
      isOnline: signals.isOnline(),
      isBusy: flights.current !== undefined || isHeldUp(),
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
    if (staleAt && until(staleAt, now) <= 0) change({})
  }

  return {
    join,
    start,
    hear,
    end: course.end,
    confirmSignOut: course.confirmSignOut,
    abandon(reason) {
      const isUnderWay = flights.current !== undefined
      course.moveOn(reason)
      isToVerify = false
      if (isUnderWay) change({}, { type: 'refresh-abandoned' })
      schedule.check()
    },
    adopt: (facts, startedAt) =>
      course.keep(course.issue(facts, startedAt), tabs.nextLogin(state.stamp), { type: 'signed-in' }),
    pause() {
      pauses++
      hearing.putOff()
      return () => {
        pauses--
        if (pauses === 0) hearing.catchUp()
        if (isToVerify && state.isSuspect && state.token) verify()
        if (line.size > 0 && state.status === 'unauthenticated') line.serve(null)
        goOn()
      }
    },
    isPaused: () => pauses > 0,
    suspect: () => change({ isSuspect: true }),
    verify,
    mistrustCookie,
    revive() {
      backOff.reset()
      goOn()
    },
    wake() {
      catchUp()
      schedule.check()
    },
    leave() {
      isAway = true
      if (!flights.current) return
      // Should the page come back, the answer may come late, or never.
      flights.abandon()
      change({ refreshing: false }, { type: 'refresh-abandoned' })
    },
    comeBack(isDoubtful) {
      isAway = false
      catchUp()
      // Nobody is sent with a token that may be somebody else's by now.
      if (isDoubtful && state.token) {
        change({ isRejected: true })
        verify()
      }
      goOn()
    },
    stop() {
      flights.stop()
      schedule.stop()
    },
  }
}
