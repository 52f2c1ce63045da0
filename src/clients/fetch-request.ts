type Transport = (input: RequestInfo | URL, init?: RequestInit) => Promise<Response>

/** A call of `fetch`, made ready to be sent more than once. */
export interface FetchRequest {
  /** False for a body that can be read only once. */
  readonly isRepeatable: boolean
  readonly signal: AbortSignal | null | undefined
  send(authorization: string | undefined): Promise<Response>
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

function isPlain(init: RequestInit): boolean {
  const prototype: unknown = Object.getPrototypeOf(init)
  return prototype === Object.prototype || prototype === null
}

function isOneShot(body: unknown): boolean {
  return typeof body === 'object' && body !== null && ('getReader' in body || Symbol.asyncIterator in body)
}

/** What the body says at the time of the call counts, as with `fetch`; the caller may go on using its form. */
function snapshot(body: BodyInit | null | undefined): BodyInit | null | undefined {
  if (body instanceof URLSearchParams) return new URLSearchParams(body)
  if (!(body instanceof FormData)) return body
  const copy = new FormData()
  for (const [name, value] of body) copy.append(name, value)
  return copy
}

/** Takes `fetch`'s own arguments, and what they say now. Each try is made from them anew. */
export function prepareFetch(
  input: RequestInfo | URL,
  init: RequestInit | undefined,
  transport: Transport,
): FetchRequest {
  if (isRequest(input) || (init && !isPlain(init))) {
    // Consumes the caller's Request, as `fetch` would.
    return fromRequest(new Request(input, init), isOneShot(init?.body), transport)
  }
  const { headers, body, signal } = init ?? {}
  const own = headers === undefined ? undefined : new Headers(headers)
  const copy = {
    __proto__: null,
    ...init,
    ...(body instanceof Object && { body: snapshot(body) }),
  } as RequestInit

  function withHeader(authorization: string): RequestInit {
    own?.set('Authorization', authorization)
    return { __proto__: null, ...copy, headers: own ?? { Authorization: authorization } } as RequestInit
  }

  return {
    isRepeatable: !isOneShot(body),
    signal,
    send: (authorization) => transport(input, authorization === undefined ? copy : withHeader(authorization)),
  }
}

/**
 * Each try is a clone. Asking whether there is a body to clone would spoil it: in WebKit a Request whose `body` has been
 * looked at can no longer be sent with `keepalive`, nor at all if it is a form with a file in it.
 */
function fromRequest(request: Request, hasStream: boolean, transport: Transport): FetchRequest {
  return {
    isRepeatable: !hasStream,
    signal: request.signal,
    async send(authorization) {
      const copy = hasStream ? request : request.clone()
      if (authorization !== undefined) copy.headers.set('Authorization', authorization)
      return transport(copy)
    },
  }
}
