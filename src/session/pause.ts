import type { Clock } from './environment.ts'

/** Resolves after `delay` milliseconds, or as soon as the signal is aborted. */
export function pause(clock: Clock, delay: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      stopTimer()
      signal?.removeEventListener('abort', end)
      resolve()
    }
    const stopTimer = clock.startTimer(end, delay)
    if (signal?.aborted) end()
    else signal?.addEventListener('abort', end)
  })
}
