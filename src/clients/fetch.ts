import { type Gate, gateOf } from '../session/gate.ts'
import { ownProperty } from '../session/own-property.ts'
import type { Session } from '../session/session.ts'
import { onAbort } from '../session/waiting-line.ts'
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

function methodOf(input: string | Request, init: RequestInit | undefined): string {
  return (init?.method ?? (typeof input === 'string' ? 'GET' : input.method)).toUpperCase()
}

function isExpired(
  { expiry }: Gate,
  response: Response,
  input: string | Request,
  init: RequestInit | undefined,
): boolean | Promise<boolean> {
  const { status } = response
  if (!expiry.concerns(status)) return false
  const { headers, url, redirected } = response
  const received = {
    status,
    headers,
    url: url || urlOf(input),
    method: methodOf(input, init),
    readText: () => response.clone().text(),
  }
  return expiry.isMetBy(received, redirected ? url : undefined)
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
    const input = typeof target === 'string' || isRequest(target) ? target : String(target)
    const url = urlOf(input)
    const takesPart = !ownProperty(init, 'skipAuth')
    const takesToken = takesPart && gate.mayCarryToken(url)
    const isOurs = takesToken || (takesPart && gate.csrf && gate.isAllowed(url))
    const request = isOurs ? prepareFetch(input, init, transport, gate.tokenHeader) : undefined
    if (!request) return transport(target, given)
    request.signal?.throwIfAborted()
    return exchange(gate, {
      about: () => ({ method: methodOf(input, init), url }),
      takesToken,
      isRepeatable: request.isRepeatable,
      giveUp: (leave) => onAbort(request.signal, leave),
      // Asked for each try: a changed `<base>` leads relative URLs elsewhere.
      send: (token) => request.send(gate.headersFor(url, token)),
      statusOf: ({ status }) => status,
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
