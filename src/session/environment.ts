import type { Moment } from './moment.ts'

/** Time. Its timers take at most 2^31-1 ms: longer delays make browsers fire at once. */
export interface Clock {
  now(): Moment
  /** Returns the undo. */
  startTimer(callback: () => void, delay: number): () => void
}

/**
 * What a page can notice about itself: `wake` on becoming visible or resumed; `leave` on going away, for good or into the
 * back/forward cache; `restore` on coming back from there.
 */
export type Signal = 'wake' | 'hide' | 'online' | 'leave' | 'restore'

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
  /** Resolves once `readCookie` tells what the answers have brought that are here by now. Never rejects. */
  cookiesLanded(): Promise<void>
  /** Whether another site embeds it: then cookies, locks and channels may be kept apart from those of other tabs. */
  isEmbedded(): boolean
}

/** How a lock is asked for; at most one of the three. */
export interface LockOptions {
  /** Only if nobody has it now. */
  readonly ifAvailable?: boolean
  /** From whoever has it. */
  readonly steal?: boolean
  /** Gives up waiting. */
  readonly signal?: AbortSignal
}

/** Locks that all tabs of an origin share: Web Locks, or what stands in for them. */
export interface Locks {
  /**
   * Holds the lock until the promise of `run` has settled, then resolves. `run` is told whether it was granted. Rejects
   * when the waiting is given up, and when the lock is taken away.
   */
  request(name: string, options: LockOptions, run: (isGranted: boolean) => unknown): Promise<unknown>
}

/** What one tab says is heard by all others of the origin, not by itself. */
export interface Channel {
  post(message: unknown): void
  close(): void
}

export type OpenChannel = (name: string, listener: (message: unknown) => void) => Channel

/** Texts that all tabs of an origin share, and that outlive them. It never throws: what cannot be kept is not kept. */
export interface SharedStorage {
  read(key: string): string | undefined
  write(key: string, text: string): void
  remove(key: string): void
  keys(): string[]
  /** Told when another tab has written. Returns the undo. */
  subscribe(listener: (key: string) => void): () => void
}

/** All that a session needs of its host. */
export interface Environment {
  readonly clock: Clock
  readonly signals: Signals
  readonly page: Page
  fetch(input: RequestInfo | URL, init?: RequestInit): Promise<Response>
  random(): number
  /** A name that nobody else has. */
  createId(): string
  /** Undefined where the browser has none: plain http, old browsers. */
  readonly locks: Locks | undefined
  readonly openChannel: OpenChannel | undefined
  readonly storage: SharedStorage | undefined
  /** Where the errors of a listener go, so that they disturb nobody and are still seen. */
  reportError(error: unknown): void
}
