import { after, type Moment } from './moment.ts'

const firstDelay = 1000
const longestDelay = 60_000
/** Full jitter may come out as nothing, and nothing would be a loop. */
const shortestDelay = 250
/** A server that asks for an hour is asked again after five minutes: somebody is waiting here. */
const longestRetryAfter = 300_000

/**
 * When to ask a failing endpoint again: exponential with full jitter, shared by all who need a token, so that
 * thousands of waiting requests are one polite client.
 */
export interface BackOff {
  /** Before this moment no attempt is made, unless the app insists. Undefined while all is well. */
  readonly retryAt: Moment | undefined
  failed(now: Moment, retryAfter: number | undefined): Moment
  reset(): void
}

export function createBackOff(random: () => number): BackOff {
  let failures = 0
  let retryAt: Moment | undefined
  return {
    get retryAt() {
      return retryAt
    },
    failed(now, retryAfter) {
      const ceiling = Math.min(longestDelay, firstDelay * 2 ** failures++)
      const delay = Math.max(
        shortestDelay,
        random() * ceiling,
        Math.min(longestRetryAfter, retryAfter ?? 0) * (1 + random() / 10),
      )
      retryAt = after(now, delay)
      return retryAt
    },
    reset() {
      failures = 0
      retryAt = undefined
    },
  }
}
