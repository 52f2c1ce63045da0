import type { Moment } from './moment.ts'

/** Time. Its timers take at most 2^31-1 ms: longer delays make browsers fire at once. */
export interface Clock {
  now(): Moment
  /** Returns the undo. */
  startTimer(callback: () => void, delay: number): () => void
}

/** What a page can notice about itself: `wake` on becoming visible, restored or resumed; `leave` on going away. */
export type Signal = 'wake' | 'hide' | 'online' | 'leave'

export interface Signals {
  isVisible(): boolean
  isOnline(): boolean
  /** Returns the undo. */
  subscribe(listener: (signal: Signal) => void): () => void
}

export interface Page {
  /** What relative URLs are resolved against. */
  baseUrl(): string
  /** The page's own origin; `'null'` where it has none. */
  readonly origin: string
  readCookie(name: string): string | undefined
}

/** All that a session needs of its host. */
export interface Environment {
  readonly clock: Clock
  readonly signals: Signals
  readonly page: Page
  fetch(input: RequestInfo | URL, init?: RequestInit): Promise<Response>
  random(): number
  /** Where the errors of a listener go, so that they disturb nobody and are still seen. */
  reportError(error: unknown): void
}
