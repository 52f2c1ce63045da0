import { recordEvent } from './audit.ts'
import type { Client } from './client.ts'
import type { RateLimit } from './limiter.ts'
import type { AppPorts } from './ports.ts'

/** Answers 0, or the milliseconds to wait because one of these limits is reached. */
export type Throttle = (buckets: [key: string, limit: RateLimit][], client: Client) => Promise<number>

/** A flood is worth one line of the audit log a minute, not one each. */
const noted: RateLimit = { burst: 1, window: 60_000 }

export function createThrottle({ limiter, store, clock, random }: AppPorts): Throttle {
  return async (buckets, client) => {
    for (const [index, [key, limit]] of buckets.entries()) {
      const retryAfter = limiter.take(key, limit)
      if (retryAfter === 0) continue
      for (const [taken, its] of buckets.slice(0, index)) limiter.giveBack(taken, its)
      if (limiter.take(`noted ${key}`, noted) === 0) {
        const [detail = ''] = key.split(' ')
        const event = { event: 'rate_limited', at: clock(), client, detail } as const
        await store.write((records) => recordEvent(records, random, event))
      }
      return retryAfter
    }
    return 0
  }
}
