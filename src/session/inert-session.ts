import type { Environment } from './environment.ts'
import { type Gate, type Gated, withGate } from './gate.ts'
import { type Session, serverSnapshot } from './session.ts'

/**
 * A session where there is no page: on a server. It never holds a token, so that nothing can leak from one visitor to
 * the next; its clients send requests as they are.
 */
export function createInertSession({ clock, fetch }: Pick<Environment, 'clock' | 'fetch'>): Session & Gated {
  const gate: Gate = {
    clock,
    tokenHeader: 'Authorization',
    expiry: { concerns: () => false, isMetBy: () => false },
    csrf: undefined,
    fetch,
    mayCarryToken: () => false,
    isAllowed: () => false,
    headersFor: () => undefined,
    admit: () => null,
    wait: async () => null,
    isPast: () => false,
    renew: async () => null,
    isFollowed: () => false,
    tell() {},
    whyHeld: () => 'startup',
    whyPassed: () => 'no_session',
    onDispose: () => () => {},
  }
  const ready = Promise.resolve()
  return withGate<Session>(
    {
      signIn: async <T>(login: T | (() => T | Promise<T>)) =>
        typeof login === 'function' ? (login as () => T | Promise<T>)() : login,
      signOut: async () => {},
      getAccessToken: async () => null,
      refresh: async () => null,
      ready: () => ready,
      getSnapshot: () => serverSnapshot,
      getServerSnapshot: () => serverSnapshot,
      subscribe: () => () => {},
      dispose() {},
    },
    gate,
  )
}
