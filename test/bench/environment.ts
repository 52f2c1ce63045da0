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

const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')

const now = Math.floor(Date.now() / 1000)

/** As long as they usually are, and good for a day: a peer that reads the expiry of its token finds it valid. */
export const token = [
  encode({ alg: 'ES256', typ: 'JWT' }),
  encode({ sub: 'user-1', iat: now, exp: now + 86_400, scope: 'x'.repeat(120) }),
  's'.repeat(86),
].join('.')

export function openSession(options: Partial<SessionOptions> = {}): Session {
  return createLiveSession({ refresh: '/auth/refresh', ...options }, environment)
}
