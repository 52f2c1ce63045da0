import type { Clock } from './environment.ts'

/** Rejects when it takes too long: an endpoint that never answers must not keep anybody waiting for ever. */
export function inTime<T>(call: Promise<T>, clock: Clock, timeout: number): Promise<T> {
  return new Promise((resolve, reject) => {
    const stopTimer = clock.startTimer(
      () => reject(new Error(`There was no answer in ${timeout} ms.`)),
      timeout,
    )
    call.then(resolve, reject).finally(stopTimer)
  })
}
