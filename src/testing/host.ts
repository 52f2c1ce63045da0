import type { TestClock } from './test-clock.ts'
import { createTestLocks, type TestLocks } from './test-locks.ts'

/** The page that sends a request. */
export interface Sender {
  /** Whether it still is. */
  isThere(): boolean
  baseUrl(): string
}

/** The far side of the network. */
export type Network = (
  input: RequestInfo | URL,
  init: RequestInit | undefined,
  sender: Sender,
) => Promise<Response>

/** A tab as the others see it. */
export interface Neighbour {
  hear(channel: string, message: unknown): void
  /** Whether it is told of changes of the storage, and that there is one. */
  readonly isWatching: boolean
  changed(key: string): void
  /** The network is back. */
  goOnline(): void
}

/** What the tabs of one browser have in common. */
export interface Host {
  readonly clock: TestClock
  readonly locks: TestLocks
  readonly tabs: Set<Neighbour>
  readonly stored: Map<string, string>
  /** What pages can read of the cookies. */
  readonly cookie: Record<string, string | undefined>
  readonly origin: string
  readonly messages: unknown[]
  /** How long a message takes from one tab to another, in milliseconds. */
  latency: () => number
  /** No request gets through, and the pages know it; see `setOffline`. */
  isOffline: boolean
  readonly network: Network
  createId(): string
  reportError(error: unknown): void
}

export type HostParts = Pick<Host, 'clock' | 'cookie' | 'origin' | 'network' | 'reportError'>

export function createHost(parts: HostParts): Host {
  let created = 0
  return {
    ...parts,
    locks: createTestLocks(),
    tabs: new Set(),
    stored: new Map(),
    messages: [],
    latency: () => 0,
    isOffline: false,
    createId: () => `tab-${created++}`,
  }
}

/** The network goes, or comes back. */
export function setOffline(host: Host, isOffline: boolean): void {
  host.isOffline = isOffline
  if (!isOffline) for (const tab of host.tabs) tab.goOnline()
}

/** What `fetch` rejects with when nothing gets through. */
export const networkError = (): TypeError => new TypeError('Failed to fetch')
