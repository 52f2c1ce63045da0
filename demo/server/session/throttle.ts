import { recordEvent, type SecurityEvent } from './audit.ts'
import type { Client } from './client.ts'
import { normalizeEmail } from './emails.ts'
import type { RateLimit } from './limiter.ts'
import { limits } from './limits.ts'
import type { AppPorts } from './ports.ts'

/** What is counted: by whom it is done (`null` if that is not known), under a name, up to a limit. */
export type Quota = [name: string, whose: string | null, limit: RateLimit]

export interface Throttle {
  /** Takes one of each; answers 0, or the milliseconds to wait because one of them is used up. */
  take(quotas: Quota[], client: Client): Promise<number>
  giveBack(quotas: Quota[]): void
  /** Tells the audit log, now and then, that somebody has been sent away. */
  note(name: string, whose: string, client: Client, session?: SecurityEvent['session']): Promise<void>
  /** As if nothing had been taken. */
  forget(quotas: Quota[]): void
}

/** A flood is worth one line of the audit log a minute, not one each. */
const noted: RateLimit = { burst: 1, window: 60_000 }

export function createThrottle({ limiter, store, clock, random }: AppPorts): Throttle {
  function giveBack(quotas: Quota[]): void {
    for (const [name, whose, limit] of quotas) {
      if (whose !== null) limiter.giveBack(`${name} ${whose}`, limit)
    }
  }

  const note: Throttle['note'] = async (name, whose, client, session) => {
    if (limiter.take(`noted ${name} ${whose}`, noted) > 0) return
    const known = session && { session }
    const event = { event: 'rate_limited', at: clock(), client, detail: name, ...known } as const
    await store.write((records) => recordEvent(records, random, event))
  }

  return {
    giveBack,
    note,
    forget(quotas) {
      for (const [name, whose] of quotas) limiter.forget(`${name} ${whose}`)
    },
    async take(quotas, client) {
      for (const [index, [name, whose, limit]] of quotas.entries()) {
        // Without an address all the world would share one count.
        if (whose === null) continue
        const key = `${name} ${whose}`
        const retryAfter = limiter.take(key, limit)
        if (retryAfter === 0) continue
        giveBack(quotas.slice(0, index))
        await note(name, whose, client)
        return retryAfter
      }
      return 0
    },
  }
}

/** Wrong passwords for one account from one address: elsewhere its owner still gets in. */
export function loginQuota(client: Client, email: string): Quota {
  return ['login', `${addressOf(client)} ${normalizeEmail(email)}`, limits.loginOfAccount]
}

/** One customer of a provider: an IPv4 address, or the /64 of an IPv6 address, whose rest is theirs to choose. */
export function addressOf({ ip }: Client): string | null {
  if (ip === null) return null
  const [, mapped] = /^::ffff:(.+)$/i.exec(ip) ?? []
  // An IPv4 address in the clothes of the other kind, in either spelling: its prefix would be everybody's.
  if (mapped) return mapped.toLowerCase()
  return ip.includes(':') ? prefixOf(ip) : ip
}

function prefixOf(ip: string): string {
  const [head = '', tail] = ip.toLowerCase().split('%')[0]?.split('::') ?? []
  const first = head ? head.split(':') : []
  const last = tail ? tail.split(':') : []
  const gap = tail === undefined ? 0 : Math.max(0, 8 - first.length - last.length)
  const groups = [...first, ...Array<string>(gap).fill('0'), ...last]
  return `${groups.slice(0, 4).join(':')}::/64`
}
