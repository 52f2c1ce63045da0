import type { Clock } from '../ambient.ts'

export interface RateLimit {
  /** So many at once; as many are given back in the course of `window`. */
  burst: number
  /** Milliseconds. */
  window: number
}

/**
 * Counts what one machine sees. Synchronous, so that it can be asked inside a transaction. Several machines that
 * must share a count take a limiter over a database or Redis, at the proxy or in place of this one.
 */
export interface Limiter {
  /** Takes one; answers 0, or the milliseconds to wait because there is none left. */
  take(key: string, limit: RateLimit): number
  /** Puts one back: what was taken turned out not to count. */
  giveBack(key: string, limit: RateLimit): void
  forget(key: string): void
}

interface Bucket {
  left: number
  at: number
  /** When it would be full again, and so need not be remembered. */
  fullAt: number
}

/** Beyond this the fullest buckets are forgotten: a flood of addresses must not fill the memory. */
const mostBuckets = 50_000

/** One, but for the rounding of fractions: who waited as long as told must not be sent away again. */
const whole = 1 - 1e-9

/** Token buckets: `burst` at once, then one every `window / burst`. */
export function createLimiter(clock: Clock): Limiter {
  const buckets = new Map<string, Bucket>()

  function refill(key: string, { burst, window }: RateLimit, now: number): number {
    const bucket = buckets.get(key)
    if (!bucket) return burst
    // A clock that was set back must not take away what was there.
    const gained = (Math.max(0, now - bucket.at) * burst) / window
    return Math.min(burst, bucket.left + gained)
  }

  function keep(key: string, left: number, { burst, window }: RateLimit, now: number): void {
    // Deleted first, so that the order of the map is the order of use.
    buckets.delete(key)
    const fullAt = now + ((burst - left) * window) / burst
    if (fullAt > now) buckets.set(key, { left, at: now, fullAt })
    if (buckets.size > mostBuckets) forget(now)
  }

  function forget(now: number): void {
    for (const [key, { fullAt }] of buckets) if (fullAt <= now) buckets.delete(key)
    const surplus = buckets.size - mostBuckets * 0.9
    if (surplus <= 0) return
    for (const key of [...buckets.keys()].slice(0, surplus)) buckets.delete(key)
  }

  return {
    take(key, limit) {
      const now = clock()
      const left = refill(key, limit, now)
      if (left < whole) return Math.max(1, Math.ceil(((whole - left) * limit.window) / limit.burst))
      keep(key, left - 1, limit, now)
      return 0
    },
    giveBack(key, limit) {
      const now = clock()
      keep(key, Math.min(limit.burst, refill(key, limit, now) + 1), limit, now)
    },
    forget: (key) => void buckets.delete(key),
  }
}

/** For hosts that limit elsewhere, or not at all. */
export const noLimiter: Limiter = { take: () => 0, giveBack: () => undefined, forget: () => undefined }
