import { type AccessToken, issueAccessToken, type TokenFacts } from './access-token.ts'
import type { BackOff } from './back-off.ts'
import type { Environment } from './environment.ts'
import { type EndReason, SessionEndedError } from './errors.ts'
import type { SessionEvent } from './events.ts'
import type { Moment } from './moment.ts'
import type { Stamp } from './stamp.ts'
import type { Standing } from './standing.ts'
import type { Tabs } from './tabs.ts'
import type { WaitingLine } from './waiting-line.ts'

/** The steps that take a session from one standing to the next, and what each of them means for those who wait. */
export interface Course {
  issue(facts: TokenFacts, startedAt: Moment, freshFrom?: Moment): AccessToken
  /** The session has this token from now on. `isNews`: the other tabs have it already. */
  keep(token: AccessToken, stamp: Stamp, event: SessionEvent, isNews?: boolean): void
  /** It is over, and so it is for the other tabs, unless they have said so themselves. */
  end(reason: EndReason, details?: Ending): void
  /** The server has been told, by the call with this number: whatever was found before that is over too. */
  confirmSignOut(gen: number): void
  /** As `end`; but where nobody was signed in, nothing has been lost, and requests are sent as they are. */
  finish(reason: EndReason, details?: Ending): void
  /** Begins a new epoch: what belongs to the one before has no say any more. */
  moveOn(reason: EndReason, news?: Stamp): void
  /** Begins a new epoch for which those who wait may go on waiting. */
  moveAlong(news?: Stamp): void
}

export interface Ending {
  /** Where it stands among all that the tabs have had, if another tab says so. */
  readonly news?: Stamp
  /** What the refresh endpoint said, if that is why. */
  readonly message?: string
}

export interface CourseParts {
  readonly standing: Standing
  readonly tabs: Tabs
  readonly line: WaitingLine<AccessToken | null>
  readonly backOff: BackOff
  readonly environment: Environment
  readonly scheme: string
  readonly margin: number | undefined
  /** Gives up the refresh under way. */
  readonly abandonFlight: () => void
  /** Looks what is due now. */
  readonly check: () => void
}

export function createCourse(parts: CourseParts): Course {
  const { standing, tabs, line, backOff, environment, scheme, margin, abandonFlight, check } = parts
  const { state, change } = standing
  let epochs = 0

  function keep(token: AccessToken, stamp: Stamp, event: SessionEvent, isNews = false): void {
    backOff.reset()
    const known = { isRejected: false, isSuspect: false, reason: undefined, error: undefined }
    change({ status: 'authenticated', stamp, token, ...known }, event)
    if (!isNews) tabs.tell(stamp, undefined, token)
    line.serve(token)
    check()
  }

  function end(reason: EndReason, { news, message }: Ending = {}): void {
    const stamp = news ?? (reason === 'signed_out' ? tabs.nextLogin(state.stamp) : state.stamp)
    moveOn(reason, stamp)
    change(
      { status: 'unauthenticated', token: null, isRejected: false, reason, error: undefined },
      { type: 'ended', reason, ...(message && { message }) },
    )
    if (!news && reason !== 'disposed') tabs.tell(stamp, reason, null)
    check()
  }

  function moveAlong(stamp = state.stamp): void {
    abandonFlight()
    backOff.reset()
    change({ epoch: ++epochs, stamp, refreshing: false })
  }

  function moveOn(reason: EndReason, news?: Stamp): void {
    moveAlong(news)
    line.dismiss(new SessionEndedError(reason))
  }

  return {
    issue: (facts, startedAt, freshFrom) =>
      issueAccessToken(facts, {
        scheme,
        epoch: state.epoch,
        startedAt,
        freshFrom,
        margin,
        jitter: environment.random(),
      }),
    keep,
    end,
    confirmSignOut(gen) {
      const { stamp, status } = state
      change({ stamp: { ...stamp, gen: Math.max(stamp.gen, gen) } })
      // A tab that was opened just before may have found the session once more.
      if (status === 'authenticated') end('signed_out')
      else tabs.tell(state.stamp, 'signed_out', null)
    },
    finish(reason, details) {
      if (state.status !== 'authenticated') line.serve(null)
      end(state.reason ?? reason, details)
    },
    moveOn,
    moveAlong,
  }
}
