/** Longer than any refresh of the demo takes. */
const longest = 10_000

export interface Holding {
  /** Until the next release; not for ever, and not for a client that has gone. */
  hold(signal: AbortSignal): Promise<void>
  release(): void
}

/** Holds answers back until another call has been answered. */
export function createHolding(): Holding {
  let released = new AbortController()

  return {
    hold: (signal) => pause(longest, AbortSignal.any([signal, released.signal])),
    release() {
      released.abort()
      released = new AbortController()
    },
  }
}

/** Ends early, and without an error, when the signal is given. */
export function pause(duration: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (duration === 0 || signal.aborted) return resolve()
    const timer = setTimeout(resolve, duration)
    signal.addEventListener('abort', () => {
      clearTimeout(timer)
      resolve()
    })
  })
}
