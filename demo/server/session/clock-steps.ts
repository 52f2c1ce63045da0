import type { Clock } from '../ambient.ts'

/** Less than this is drift. */
const smallestStep = 1000
/** Clocks are wrong by a minute or two; a machine that slept for hours has no requests under way. */
const largestStep = 5 * 60_000

/**
 * Answers by how much the clock has jumped ahead within the last `period`, in milliseconds. Who was a second late
 * would else look minutes late: two tabs that refresh around such a jump would be taken for a thief and his victim.
 */
export function watchClockSteps(clock: Clock, monotonic: Clock, period: number): () => number {
  let ahead = clock() - monotonic()
  let step = { size: 0, until: 0 }

  return () => {
    const now = monotonic()
    const size = clock() - now - ahead
    ahead += size
    const isFresh = now < step.until
    if (size >= smallestStep) {
      const sum = (isFresh ? step.size : 0) + size
      step = { size: Math.min(sum, largestStep), until: now + period }
      return step.size
    }
    return isFresh ? step.size : 0
  }
}
