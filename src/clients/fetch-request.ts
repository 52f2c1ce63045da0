import { snapshot } from './body-snapshot.ts'

type Transport = (input: RequestInfo | URL, init?: RequestInit) => Promise<Response>

/** A call of `fetch`, made ready to be sent more than once. */
export interface FetchRequest {
  /** False for a body that can be read only once. */
  readonly isRepeatable: boolean
  readonly signal: AbortSignal | null | undefined
  /** With these headers, unless it brings one of them itself. */
  send(extra: Record<string, string> | undefined): Promise<Response>
}

// By tag instead of `instanceof`: another frame has a Request of its own.
export function isRequest(input: unknown): input is Request {
  return Object.prototype.toString.call(input) === '[object Request]'
}

/**
 * An init as the caller wrote it, without what a polluted `Object.prototype` would add. One that is more than a plain
 * object, such as a `Request`, is left as it is.
 */
export function ownInit<T extends RequestInit>(init: T | undefined): T | undefined {
  return init && isPlain(init) ? ({ __proto__: null, ...init } as unknown as T) : init
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

/** Headers of a request, taken apart only as far as needed: building a `Headers` costs more than all else here. */
interface OwnHeaders {
  has(name: string): boolean
  with(extra: Record<string, string>): HeadersInit
}

const none: OwnHeaders = { has: () => false, with: (extra) => extra }

function readHeaders(given: HeadersInit | undefined): OwnHeaders {
  if (given === undefined) return none
  if (given !== null && isPlain(given)) {
    const own = { ...given } as Record<string, string>
    const has = (name: string) => Object.keys(own).some((key) => key.toLowerCase() === name.toLowerCase())
    return {
      has,
      with(extra) {
        const all = { ...own }
        for (const name of Object.keys(extra)) if (!has(name)) all[name] = extra[name] as string
        return all
      },
    }
  }
  const own = new Headers(given)
  return { has: (name) => own.has(name), with: (extra) => withExtra(new Headers(own), extra) }
}

function withExtra(headers: Headers, extra: Record<string, string>): Headers {
  for (const [name, value] of Object.entries(extra)) if (!headers.has(name)) headers.set(name, value)
  return headers
}

function isOneShot(body: unknown): boolean {
  return typeof body === 'object' && body !== null && ('getReader' in body || Symbol.asyncIterator in body)
}

/** Takes `fetch`'s own arguments, and what they say now. Undefined if they bring the token's header themselves. */
export function prepareFetch(
  input: string | Request,
  init: RequestInit | undefined,
  transport: Transport,
  tokenHeader: string,
): FetchRequest | undefined {
  const isComplete = typeof input !== 'string'
  const headers = readHeaders(isComplete && init?.headers === undefined ? input.headers : init?.headers)
  if (headers.has(tokenHeader)) return undefined
  if (isComplete || (init && !isPlain(init))) {
    // Consumes the caller's Request, as `fetch` would.
    return fromRequest(new Request(input, init), isOneShot(init?.body), transport)
  }
  const body = init?.body
  const copy = (
    body instanceof Object ? { __proto__: null, ...init, body: snapshot(body) } : init
  ) as RequestInit
  return {
    isRepeatable: !isOneShot(body),
    signal: init?.signal,
    send: (extra) => transport(input, extra ? withHeaders(copy, headers.with(extra)) : copy),
  }
}

/** Key by key: spreading an object that has no prototype costs several times as much. */
function withHeaders(init: RequestInit | undefined, headers: HeadersInit): RequestInit {
  const all = Object.create(null)
  if (init) for (const key of Object.keys(init)) all[key] = init[key as keyof RequestInit]
  all.headers = headers
  return all as RequestInit
}

/**
 * Each try is a clone. Asking whether there is a body to clone would spoil it: in WebKit a Request whose `body` has been
 * looked at can no longer be sent with `keepalive`, nor at all if it is a form with a file in it.
 */
function fromRequest(request: Request, hasStream: boolean, transport: Transport): FetchRequest {
  return {
    isRepeatable: !hasStream,
    signal: request.signal,
    async send(extra) {
      const copy = hasStream ? request : request.clone()
      if (extra) withExtra(copy.headers, extra)
      return transport(copy)
    },
  }
}
