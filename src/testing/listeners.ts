import type { AnyEvent, AnyListener } from '../session/events.ts'

/** Those who listen to a session. */
export interface Listeners {
  /** Returns the undo. */
  add(listener: AnyListener, wantsRequests: boolean): () => void
  /** Tells all of them, before it returns. */
  tell(event: AnyEvent): void
  /** Whether anybody wants to hear of requests. */
  isFollowed(): boolean
  clear(): void
}

export function createListeners(): Listeners {
  /** Each with whether it wants to hear of requests, too. */
  const listeners = new Map<AnyListener, boolean>()
  return {
    add(listener, wantsRequests) {
      // A wrapper of its own, so that the same function may subscribe twice and leave once.
      const own: AnyListener = (event) => listener(event)
      listeners.set(own, wantsRequests)
      return () => {
        listeners.delete(own)
      }
    },
    tell(event) {
      Object.freeze(event)
      const isRequest = 'request' in event
      // Whoever comes while this is told hears of the next event.
      for (const [listener, wantsRequests] of [...listeners]) {
        try {
          if ((wantsRequests || !isRequest) && listeners.has(listener)) listener(event)
        } catch (error) {
          // Nobody's, so that the test runner sees it.
          Promise.reject(error)
        }
      }
    },
    isFollowed: () => [...listeners.values()].includes(true),
    clear: () => listeners.clear(),
  }
}
