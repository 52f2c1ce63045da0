import type { Clock, Locks, SharedStorage } from './environment.ts'
import { ownProperty } from './own-property.ts'
import { pause } from './pause.ts'

export interface LeaseParts {
  readonly storage: SharedStorage
  readonly clock: Clock
  readonly random: () => number
  readonly id: string
}

/** Two tabs that write at the same time see each other after so many milliseconds, hopefully. */
const settling = 50
const look = 100
/** The lease of a tab that is gone ends by itself. */
const longest = 15_000

/**
 * Locks made of a text in the storage, for pages that have no Web Locks. Not certain: two tabs can both believe to have
 * one. It keeps most of them apart, and the server's grace period has to do the rest.
 */
export function createLease({ storage, clock, random, id }: LeaseParts): Locks {
  let count = 0

  function holderOf(key: string): unknown {
    try {
      const lease: unknown = JSON.parse(storage.read(key) ?? 'null')
      const left = Number(ownProperty(lease, 'until')) - clock.now().wall
      return left > 0 && left <= longest ? ownProperty(lease, 'by') : undefined
    } catch {
      return undefined
    }
  }

  async function take(key: string, by: string): Promise<boolean> {
    const lease = JSON.stringify({ by, until: clock.now().wall + longest })
    storage.write(key, lease)
    // A storage that is full, or forbidden, keeps nobody apart; waiting for it would never end.
    if (storage.read(key) !== lease) return true
    await pause(clock, settling + random() * settling)
    return holderOf(key) === by
  }

  return {
    async request(name, { ifAvailable, steal, signal }, run) {
      const key = `${name}:lease`
      const by = `${id}.${++count}`
      for (;;) {
        signal?.throwIfAborted()
        if ((steal || holderOf(key) === undefined) && (await take(key, by))) break
        if (ifAvailable) return run(false)
        await pause(clock, look, signal)
      }
      try {
        if (signal?.aborted) throw signal.reason
        return await run(true)
      } finally {
        if (holderOf(key) === by) storage.remove(key)
      }
    },
  }
}
