import { type AnySilentRefreshError, RefreshUnavailableError } from './errors.ts'
import { after, type Moment, never } from './moment.ts'

const firstDelay = 1000
const longestDelay = 60_000
/** Full jitter may come out as nothing, and nothing would be a loop. */
const shortestDelay = 250
/** A server that asks for an hour is asked again after five minutes: somebody is waiting here. */
const longestRetryAfter = 300_000

/** What a failed attempt said about asking again. */
export interface Failure {
  readonly message: string
  readonly cause?: unknown
  readonly retryAfter?: number | undefined
}

/**
 * When to ask a failing endpoint again: exponential with full jitter, shared by all who need a token, so that
 * thousands of waiting requests are one polite client.
 */
export interface BackOff {
  /** Before this moment no attempt is made, unless the app insists. Undefined while all is well. */
  readonly retryAt: Moment | undefined
  /** Before this moment the page makes no attempt by itself. */
  readonly restUntil: Moment | undefined
  /** What those are told who cannot wait that long. */
  readonly error: AnySilentRefreshError | undefined
  /** Asking again may help, later. */
  fail(failure: Failure, now: Moment): void
  /** Asking again would bring the same answer, so only those who need a token cause another attempt. */
  stop(error: AnySilentRefreshError, now: Moment): void
  /** Nothing has failed for anybody, but there is no point in asking before `moment`. */
  rest(moment: Moment | undefined): void
  reset(): void
}

export function createBackOff(random: () => number): BackOff {
  let failures = 0
  let retryAt: Moment | undefined
  let restUntil: Moment | undefined
  let error: AnySilentRefreshError | undefined

  function delay(retryAfter = 0): number {
    const ceiling = Math.min(longestDelay, firstDelay * 2 ** failures++)
    // Those who were sent away together do not come back together.
    const asked = Math.min(longestRetryAfter, retryAfter) * (1 + random() / 10)
    return Math.max(shortestDelay, random() * ceiling, asked)
  }

  return {
    get retryAt() {
      return retryAt
    },
    get restUntil() {
      return restUntil
    },
    get error() {
      return error
    },
    fail({ message, cause, retryAfter }, now) {
      restUntil = undefined
      retryAt = after(now, delay(retryAfter))
      error = new RefreshUnavailableError(message, cause, retryAt.wall)
    },
    stop(reason, now) {
      restUntil = never
      retryAt = after(now, delay())
      error = reason
    },
    rest(moment) {
      restUntil = moment
    },
    reset() {
      failures = 0
      retryAt = restUntil = error = undefined
    },
  }
}
