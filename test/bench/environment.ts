import type { Environment } from '../../src/session/environment.ts'
import { createLiveSession } from '../../src/session/live-session.ts'
import type { SessionOptions } from '../../src/session/options.ts'
import type { Session } from '../../src/session/session.ts'

/** Real clocks, a page that stays visible, and a network that is never asked. */
const environment: Environment = {
  clock: {
    now: () => ({ monotonic: performance.now(), wall: Date.now() }),
    startTimer(callback, delay) {
      const id = setTimeout(callback, delay)
      return () => clearTimeout(id)
    },
  },
  signals: { isVisible: () => true, isOnline: () => true, subscribe: () => () => {} },
  page: {
    baseUrl: () => 'https://app.test/',
    origin: 'https://app.test',
    readCookie: () => undefined,
    cookiesLanded: async () => {},
    isEmbedded: () => false,
  },
  fetch: () => Promise.reject(new Error('the benchmark has no network')),
  random: Math.random,
  createId: () => String(Math.random()),
  locks: undefined,
  openChannel: undefined,
  storage: undefined,
  reportError: console.error,
}

export const token = `eyJhbGciOiJFUzI1NiJ9.${'x'.repeat(250)}.${'s'.repeat(86)}`

export function openSession(options: Partial<SessionOptions> = {}): Session {
  return createLiveSession({ refresh: '/auth/refresh', ...options }, environment)
}
