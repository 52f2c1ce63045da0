import type { CookieNote } from './cookie-note.ts'
import type { Clock, LockOptions, Locks } from './environment.ts'
import { pause } from './pause.ts'

/** The right to make the one call of all tabs that writes the refresh cookie. */
export interface Hold {
  /** Another tab has had it just before: it may have done what this one is about to do. */
  readonly wasContended: boolean
  /** False once it is over: taken away, let go when the page was left, or released. Somebody else may be at it by now. */
  readonly isHeld: boolean
  release(): void
}

export interface CookieLock {
  /** Resolves with the hold, in the end by taking it from who does not let go; without one if the signal came first. */
  acquire(signal: AbortSignal): Promise<Hold | undefined>
  /** Lets go at once. A page may keep its locks in the back/forward cache, and everybody else waiting. */
  leave(): void
}

export interface CookieLockParts {
  readonly locks: Locks | undefined
  /** Whether this tab can hear of what others have done. */
  readonly canHear: boolean
  readonly name: string
  readonly clock: Clock
  readonly random: () => number
  /** No honest hold takes longer, in milliseconds. */
  readonly longestHold: number
  /** What whoever has the lock has noted down. */
  readonly note: Pick<CookieNote, 'present' | 'patience'>
}

/** Chromium can leave a queue of waiting pages unserved for good; asking anew wakes it (measured). */
const slice = 1000
const longestHesitation = 500

export function createCookieLock(parts: CookieLockParts): CookieLock {
  const { locks, canHear, name, clock, random, longestHold, note } = parts
  const holds = new Set<Hold>()

  function createHold(wasContended: boolean, ends = new Set<() => void>()): Hold {
    let isHeld = true
    return {
      wasContended,
      get isHeld() {
        return isHeld
      },
      release() {
        isHeld = false
        holds.delete(this)
        for (const end of ends) end()
      },
    }
  }

  /** One request to the browser. Resolves without a hold when it was cut short or not granted. */
  function request(manager: Locks, given: LockOptions): Promise<Hold | undefined> {
    // Without a prototype, or a polluted Object.prototype could slip options of its own in.
    const options = { __proto__: null, ...given } as LockOptions
    return new Promise((resolve) => {
      const ends = new Set<() => void>()
      const hold = createHold(!options.ifAvailable, ends)
      const work = (isGranted: boolean) => {
        if (!isGranted) return undefined
        holds.add(hold)
        // Whatever happens in this tab, the others go on.
        ends.add(clock.startTimer(() => hold.release(), longestHold))
        resolve(hold)
        return new Promise<void>((done) => ends.add(done))
      }
      manager.request(name, options, work).then(
        () => resolve(undefined),
        () => {
          // No locks after all, as in a page without an origin? Then there is nobody to wait for.
          resolve(options.signal?.aborted ? undefined : hold)
          // Taken away.
          if (holds.has(hold)) hold.release()
        },
      )
    })
  }

  /** A request that is given up after a while, or when `signal` says so. */
  async function requestPatiently(manager: Locks, patience: number, signal: AbortSignal) {
    const controller = new AbortController()
    const giveUp = () => controller.abort()
    signal.addEventListener('abort', giveUp)
    const stopTimer = clock.startTimer(giveUp, patience)
    try {
      return await request(manager, { signal: controller.signal })
    } finally {
      stopTimer()
      signal.removeEventListener('abort', giveUp)
    }
  }

  /** What is granted to who waits no more, because the page is leaving, is let go of at once. */
  function inTime(asked: Promise<Hold | undefined>, signal: AbortSignal): Promise<Hold | undefined> {
    return new Promise((resolve) => {
      const stop = () => resolve(undefined)
      signal.addEventListener('abort', stop)
      asked.then((hold) => {
        signal.removeEventListener('abort', stop)
        if (signal.aborted) hold?.release()
        resolve(hold)
      })
    })
  }

  async function acquire(signal: AbortSignal): Promise<Hold | undefined> {
    if (signal.aborted) return undefined
    if (!locks) {
      // All that is left is not to begin all at once, and to listen.
      if (canHear) await pause(clock, random() * longestHesitation, signal)
      return signal.aborted ? undefined : createHold(canHear)
    }
    let call = note.present()
    let waited = 0
    let hold = await inTime(request(locks, { ifAvailable: true }), signal)
    while (!hold && !signal.aborted) {
      // Many may take their turns before us. Each has its time, counted in our own waiting: clocks jump and sleep.
      if (call !== note.present()) waited = 0
      call = note.present()
      const isStuck = waited > (note.patience() ?? longestHold)
      // Not all at once, or they would push each other off for ever.
      const wait = slice * (1 + random() / 4)
      waited += wait
      const asked = isStuck ? request(locks, { steal: true }) : requestPatiently(locks, wait, signal)
      hold = await inTime(asked, signal)
    }
    return hold
  }

  return {
    acquire,
    leave() {
      for (const hold of holds) hold.release()
    },
  }
}
