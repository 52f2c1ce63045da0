import type { AccessToken } from './access-token.ts'
import type { Csrf } from './csrf.ts'
import type { Destination } from './destination.ts'
import type { Clock } from './environment.ts'
import type { RequestEvent, RequestFacts } from './events.ts'
import type { ExpiryRule } from './expiry-rule.ts'
import type { GiveUp } from './waiting-line.ts'

/** A request, as far as its events need to know it. */
export interface Told {
  /** Asked only if somebody listens. */
  about(): Omit<RequestFacts, 'id'>
}

/** An event of a request, before it is said whose. */
export type Telling = RequestEvent extends infer E ? (E extends unknown ? Omit<E, 'request'> : never) : never

/** What a client needs of a session: the way in for its requests. */
export interface Gate extends Destination {
  readonly clock: Clock
  /** The header that carries the token. */
  readonly tokenHeader: string
  readonly expiry: ExpiryRule
  /** Undefined if requests need none. */
  readonly csrf: Csrf | undefined
  fetch(input: RequestInfo | URL, init?: RequestInit): Promise<Response>
  /** What a request carries for the session; undefined if nothing. */
  headersFor(url: string, token: AccessToken | null): Record<string, string> | undefined
  /** The token to send now; null to send without; undefined if the request must `wait`. */
  admit(): AccessToken | null | undefined
  /** Resolves with the token to send, or null to send without. Rejects when there is no sending it. */
  wait(giveUp: GiveUp): Promise<AccessToken | null>
  /** Whether somebody has signed in or out since this token was issued. */
  isPast(token: AccessToken): boolean
  /**
   * A request sent with `used` was told "expired". Resolves with the token to retry with, or null if a retry would be
   * pointless.
   */
  renew(used: AccessToken, giveUp?: GiveUp): Promise<AccessToken | null>
  /** Whether anybody wants to hear of requests. */
  isFollowed(): boolean
  tell(request: Told, event: Telling): void
  /** Why a request has to wait now, and why one whose token was refused is not retried. */
  whyHeld(): 'startup' | 'expired'
  whyPassed(used: AccessToken): 'signing_in' | 'just_issued' | 'no_session'
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
