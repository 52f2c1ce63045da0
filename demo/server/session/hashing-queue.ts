import { StoreUnavailableError } from '../store/store.ts'
import type { PasswordHasher } from './passwords.ts'

/** Hashing takes threads that signatures and seals need, too: refreshes must not stand behind a flood of guesses. */
const atOnce = 2
const mostWaiting = 60

/** Lets a few hashes be made at once, some wait, and sends the others away. */
export function queueHashing(hasher: PasswordHasher): PasswordHasher {
  const waiting: (() => void)[] = []
  let running = 0

  async function take<T>(work: () => Promise<T>): Promise<T> {
    if (waiting.length >= mostWaiting) throw new StoreUnavailableError('too many passwords are being checked')
    if (running >= atOnce) await new Promise<void>((resolve) => waiting.push(resolve))
    else running += 1
    try {
      return await work()
    } finally {
      // Who waited longest takes over the place; nobody else may come between.
      const next = waiting.shift()
      if (next) next()
      else running -= 1
    }
  }

  return {
    hash: (password) => take(() => hasher.hash(password)),
    verify: (password, stored) => take(() => hasher.verify(password, stored)),
    isOutdated: (stored) => hasher.isOutdated(stored),
  }
}
