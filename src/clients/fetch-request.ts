type Transport = (input: RequestInfo | URL, init?: RequestInit) => Promise<Response>

/** A call of `fetch`, made ready to be sent more than once. */
export interface FetchRequest {
  /** False for a body that can be read only once. */
  readonly isRepeatable: boolean
  readonly signal: AbortSignal | null | undefined
  send(authorization: string | undefined): Promise<Response>
  /** Lets go of what was kept for a retry. */
  release(): void
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

/**
 * Takes `fetch`'s own arguments. A URL with an init is sent from a copy of the init, each time anew: cloning a body
 * makes sending it two to four times slower. Only a `Request` with a body has to be cloned.
 */
export function prepareFetch(
  input: RequestInfo | URL,
  init: RequestInit | undefined,
  transport: Transport,
): FetchRequest {
  if (isRequest(input) || (init && !isPlain(init))) {
    // Consumes the caller's Request as `fetch` would. Setting a header on it, instead of passing a second init, keeps
    // its referrer, and in Firefox its keepalive flag.
    return fromRequest(new Request(input, init), isOneShot(init?.body), transport)
  }
  const { headers, body, signal } = init ?? {}
  const held = headers === undefined ? undefined : new Headers(headers)
  const copy = {
    __proto__: null,
    ...init,
    ...(body instanceof Object && { body: snapshot(body) }),
  } as RequestInit
  return {
    isRepeatable: !isOneShot(body),
    signal,
    send(authorization) {
      if (authorization === undefined) return transport(input, copy)
      if (!held)
        return transport(input, {
          __proto__: null,
          ...copy,
          headers: { Authorization: authorization },
        } as RequestInit)
      held.set('Authorization', authorization)
      return transport(input, {
        __proto__: null,
        ...copy,
        headers: held,
      } as RequestInit)
    },
    release() {},
  }
}

function fromRequest(request: Request, hasStream: boolean, transport: Transport): FetchRequest {
  let next: Request | undefined = request
  // Firefox has no Request.body: there every request is cloned, which is free without a body.
  const spare = request.body === null || hasStream ? undefined : request.clone()
  return {
    isRepeatable: !hasStream,
    signal: request.signal,
    send(authorization) {
      const outgoing = next ?? spare ?? request
      next = undefined
      if (authorization !== undefined) outgoing.headers.set('Authorization', authorization)
      return transport(outgoing)
    },
    release() {
      if (spare && !spare.bodyUsed) spare.body?.cancel().catch(() => {})
    },
  }
}
