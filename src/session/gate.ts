import type { AccessToken } from './access-token.ts'
import type { Clock } from './environment.ts'
import type { Answer } from './options.ts'
import type { GiveUp } from './waiting-line.ts'

/** What a client needs of a session: the way in for its requests. */
export interface Gate {
  readonly clock: Clock
  /** The authorization scheme in use. */
  readonly scheme: string
  readonly shouldRefresh: ((answer: Answer) => boolean | Promise<boolean>) | undefined
  fetch(input: RequestInfo | URL, init?: RequestInit): Promise<Response>
  /** Whether the token may go to this URL, already combined with any base URL of the client's. */
  mayCarryToken(url: string): boolean
  /** The token to send now; null to send without; undefined if the request must `wait`. */
  admit(): AccessToken | null | undefined
  /** Resolves with the token to send, or null to send without. Rejects when there is no sending it. */
  wait(giveUp: GiveUp): Promise<AccessToken | null>
  /**
   * A request sent with `used` was told "expired". Resolves with the token to retry with, or null if a retry would be
   * pointless.
   */
  renew(used: AccessToken, giveUp?: GiveUp): Promise<AccessToken | null>
  /** Has `undo` called when the session is disposed of; returns how to take that back. */
  onDispose(undo: () => void): () => void
}

// Registered, so that a client of another copy of the package finds it too.
const key: unique symbol = Symbol.for('silent-refresh.gate') as never

/** A session, seen from a client. */
export interface Gated {
  readonly [key]: Gate
}

export function withGate<T extends object>(session: T, gate: Gate): T & Gated {
  // Without a prototype, or a polluted one could make a getter of it.
  const descriptor = { __proto__: null, value: gate, enumerable: true } as PropertyDescriptor
  return Object.defineProperty(session, key, descriptor) as T & Gated
}

export function gateOf(session: object): Gate {
  const gate = (session as Partial<Gated> | null | undefined)?.[key]
  if (!gate) throw new TypeError('silent-refresh: this is not a session; make one with createSession().')
  return gate
}
