import { isExpiryChallenge } from '../session/challenge.ts'
import { type Gate, gateOf } from '../session/gate.ts'
import { ownProperty } from '../session/own-property.ts'
import type { Session } from '../session/session.ts'
import { onAbort } from '../session/waiting-line.ts'
import { asAnswer } from './answer.ts'
import { exchange } from './exchange.ts'
import { isRequest, ownInit, prepareFetch } from './fetch-request.ts'

/** What `createFetch` adds to the `init` of `fetch`. */
export interface SilentRequestInit extends RequestInit {
  /** Sends this request as it is: no token, no waiting, no retry. @default false */
  skipAuth?: boolean | undefined
}

/** A drop-in `fetch`: assignable to `typeof fetch`. */
export type SilentFetch = (input: RequestInfo | URL, init?: SilentRequestInit) => Promise<Response>

/** Options of {@link createFetch}. */
export interface FetchOptions {
  /** What sends the requests. @default the global `fetch`, looked up at each call */
  fetch?: ((input: RequestInfo | URL, init?: RequestInit) => Promise<Response>) | undefined
}

/** The URL of a call, unresolved if it is relative. */
function urlOf(input: string | Request): string {
  return typeof input === 'string' ? input : input.url
}

function isExpired(
  gate: Gate,
  response: Response,
  input: string | Request,
  init: RequestInit | undefined,
): boolean | Promise<boolean> {
  const { status } = response
  if (!gate.shouldRefresh && status !== 401) return false
  const { headers } = response
  if (gate.shouldRefresh) {
    const url = response.url || urlOf(input)
    const method = (init?.method ?? (typeof input === 'string' ? 'GET' : input.method)).toUpperCase()
    return gate.shouldRefresh(
      asAnswer({ status, headers, url, method, readText: () => response.clone().text() }),
    )
  }
  if (!isExpiryChallenge(headers.get('WWW-Authenticate'), gate.scheme)) return false
  // Redirected to where our token does not go, somebody else has answered.
  return !response.redirected || gate.mayCarryToken(response.url)
}

/**
 * A drop-in `fetch` whose requests carry the session's token. It resolves and rejects as `fetch` does, a final 401
 * included; only a request that could not be sent for want of a token rejects with one of this library's errors.
 *
 * @throws {SessionEndedError} (as a rejection) if the session ended while the request was waiting
 * @throws {RefreshUnavailableError} (as a rejection) if no token could be had in time
 * @example
 * const apiFetch = createFetch(session)
 * const response = await apiFetch('/api/me')
 */
export function createFetch(session: Session, options: FetchOptions = {}): SilentFetch {
  const gate = gateOf(session)
  const transport = Object.hasOwn(options, 'fetch') ? (options.fetch ?? gate.fetch) : gate.fetch
  if (typeof transport !== 'function')
    throw new TypeError('silent-refresh: option "fetch" must be a function.')

  function send(target: RequestInfo | URL, given: SilentRequestInit | undefined): Promise<Response> {
    const init = ownInit(given)
    // Read once: a URL object is the caller's, who may change it while the request waits.
    const input = isRequest(target) ? target : String(target)
    const url = urlOf(input)
    const isOurs = !ownProperty(init, 'skipAuth') && gate.mayCarryToken(url)
    const request = isOurs ? prepareFetch(input, init, transport) : undefined
    if (!request) return transport(target, given)
    request.signal?.throwIfAborted()
    return exchange(gate, {
      isRepeatable: request.isRepeatable,
      giveUp: (leave) => onAbort(request.signal, leave),
      // Asked for each try: a changed `<base>` leads relative URLs elsewhere.
      send: (token) => request.send(token && gate.mayCarryToken(url) ? token.authorization : undefined),
      isExpired: (response) => isExpired(gate, response, input, init),
      discard: (response) => void response.body?.cancel().catch(() => {}),
      settleWithout: (response) => response,
    })
  }

  return (input, init) => {
    try {
      return send(input, init)
    } catch (error) {
      return Promise.reject(error)
    }
  }
}
