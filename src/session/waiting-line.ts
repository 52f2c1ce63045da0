import type { Clock } from './environment.ts'
import { after, type Moment, until } from './moment.ts'

/**
 * How somebody who waits gives up early, in the words of their own client: is given the way out, returns the undo.
 */
export type GiveUp = (leave: (error: unknown) => void) => (() => void) | undefined

/** Leaves when the signal is aborted, with its reason. Returns the undo. */
export function onAbort(
  signal: AbortSignal | null | undefined,
  leave: (error: unknown) => void,
): (() => void) | undefined {
  if (!signal) return undefined
  const abort = () => leave(signal.reason)
  if (signal.aborted) abort()
  signal.addEventListener('abort', abort)
  return () => signal.removeEventListener('abort', abort)
}

interface Place<T> {
  readonly deadline: Moment
  readonly resolve: (value: T) => void
  readonly reject: (error: unknown) => void
}

/** Those who wait for one refresh, in order of arrival. Nobody waits longer than `maxWait`. */
export interface WaitingLine<T> {
  readonly size: number
  /** The deadline of who has waited longest. */
  readonly firstDeadline: Moment | undefined
  join(giveUp?: GiveUp): Promise<T>
  serve(value: T): void
  dismiss(error: unknown): void
  /** Rejects those whose deadline comes no later than `moment`. */
  dismissBefore(moment: Moment, error: unknown): void
}

export function createWaitingLine<T>(clock: Clock, maxWait: number): WaitingLine<T> {
  const places = new Set<Place<T>>()

  function settleAll(settle: (place: Place<T>) => void): void {
    for (const place of places) settle(place)
  }

  return {
    get size() {
      return places.size
    },
    get firstDeadline() {
      return places.values().next().value?.deadline
    },
    join(giveUp) {
      return new Promise<T>((resolve, reject) => {
        let undo: (() => void) | undefined
        const leave = () => {
          places.delete(place)
          undo?.()
        }
        const place: Place<T> = {
          deadline: after(clock.now(), maxWait),
          resolve(value) {
            leave()
            resolve(value)
          },
          reject(error) {
            leave()
            reject(error)
          },
        }
        places.add(place)
        undo = giveUp?.(place.reject)
        if (!places.has(place)) undo?.()
      })
    },
    serve: (value) => settleAll((place) => place.resolve(value)),
    dismiss: (error) => settleAll((place) => place.reject(error)),
    dismissBefore(moment, error) {
      settleAll((place) => {
        if (until(place.deadline, moment) <= 0) place.reject(error)
      })
    },
  }
}
