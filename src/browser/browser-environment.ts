import type { Environment } from '../session/environment.ts'
import { browserClock } from './clock.ts'
import { browserPage } from './page.ts'
import { browserSignals } from './signals.ts'

// Looked up at each call: mocks and instrumentation may replace it after this file was loaded.
export const nativeFetch: Environment['fetch'] = (input, init) => globalThis.fetch(input, init)

/** Whether there is a page at all; a server has none. */
export function hasPage(): boolean {
  return typeof document !== 'undefined'
}

export const browserEnvironment: Environment = {
  clock: browserClock,
  signals: browserSignals,
  page: browserPage,
  fetch: nativeFetch,
  random: Math.random,
  reportError(error) {
    // Old browsers have no reportError; a rejected promise reaches the same handlers.
    if (typeof reportError === 'function') reportError(error)
    else Promise.reject(error)
  },
}
