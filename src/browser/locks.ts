import type { Locks } from '../session/environment.ts'

/** Web Locks. Browsers have them in secure contexts only (W3C Web Locks API). */
export function browserLocks(): Locks | undefined {
  // Types say that it is always there.
  const locks = navigator.locks as LockManager | undefined
  return (
    locks && { request: (name, options, run) => locks.request(name, options, (lock) => run(lock !== null)) }
  )
}
