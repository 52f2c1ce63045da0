import type { Clock } from '../session/environment.ts'

// The globals are looked up at each call: fake timers and polyfills may be installed later than this file.
export const browserClock: Clock = {
  now: () => ({ monotonic: performance.now(), wall: Date.now() }),
  startTimer(callback, delay) {
    const id = setTimeout(callback, delay)
    return () => clearTimeout(id)
  },
}
