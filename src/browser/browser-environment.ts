import type { Environment } from '../session/environment.ts'
import { browserChannels } from './channel.ts'
import { browserClock } from './clock.ts'
import { browserLocks } from './locks.ts'
import { browserPage } from './page.ts'
import { browserSignals } from './signals.ts'
import { browserStorage } from './storage.ts'

// Looked up at each call: mocks and instrumentation may replace it after this file was loaded.
export const nativeFetch: Environment['fetch'] = (input, init) => globalThis.fetch(input, init)

/** Whether there is a page at all; a server has none. */
export function hasPage(): boolean {
  return typeof document !== 'undefined'
}

// Not `crypto.randomUUID`: plain http has none.
function createId(): string {
  return [...crypto.getRandomValues(new Uint32Array(3))].map((part) => part.toString(36)).join('')
}

/** What the page offers at this moment. */
export function browserEnvironment(): Environment {
  return {
    clock: browserClock,
    signals: browserSignals,
    page: browserPage,
    fetch: nativeFetch,
    random: Math.random,
    createId,
    locks: browserLocks(),
    openChannel: browserChannels(),
    storage: browserStorage(),
    reportError(error) {
      // Old browsers have no reportError; a rejected promise reaches the same handlers.
      if (typeof reportError === 'function') reportError(error)
      else Promise.reject(error)
    },
  }
}
