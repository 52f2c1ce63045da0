import type { TokenFacts } from './access-token.ts'
import { type Answer, asAnswer } from './answer.ts'
import { meets } from './answer-rule.ts'
import type { RefreshEndpoint } from './auth-endpoint.ts'
import { InvalidTokenResponseError, isSilentRefreshError, RefreshMisconfiguredError } from './errors.ts'
import { ownProperty } from './own-property.ts'
import { readTokenResponse, readTokenResult, serverTime } from './token-response.ts'

/** What one refresh call came to. */
export type RefreshOutcome =
  | { readonly kind: 'granted'; readonly facts: TokenFacts }
  /** The session is over, says the server. */
  | { readonly kind: 'refused'; readonly message: string }
  /** Nothing is known; asking again later may help. */
  | {
      readonly kind: 'unavailable'
      readonly message: string
      readonly cause?: unknown
      readonly retryAfter?: number | undefined
    }
  /** The answer was no answer of a refresh endpoint. Asking again at once is pointless. */
  | {
      readonly kind: 'misdirected'
      readonly error: InvalidTokenResponseError | RefreshMisconfiguredError
    }

const usualRefusals = [400, 401, 403, 422]
// 409 says that somebody else has just rotated: the cookie is a newer one by the next attempt.
const passing = [408, 409, 425, 429]

/** `Retry-After` in milliseconds (RFC 9110 section 10.2.3: seconds or a date). */
function retryAfter(headers: Headers): number | undefined {
  const said = headers.get('Retry-After')
  if (!said) return undefined
  const delay = /^\d+$/.test(said) ? Number(said) * 1000 : Date.parse(said) - serverTime(headers)
  return Number.isFinite(delay) ? Math.max(0, delay) : undefined
}

function judgeStatus(status: number, isRefused: boolean, headers?: Headers): RefreshOutcome {
  const message = `The refresh endpoint answered ${status}.`
  if (isRefused) return { kind: 'refused', message }
  if (status >= 500 || passing.includes(status) || isForeign(status, headers)) {
    return {
      kind: 'unavailable',
      message,
      retryAfter: headers && retryAfter(headers),
    }
  }
  return {
    kind: 'misdirected',
    error: new RefreshMisconfiguredError(
      `${message} Is its URL right, and does it take this method?`,
      status,
    ),
  }
}

function isRefusal(answer: Answer, refused: RefreshEndpoint['refused'] = usualRefusals): unknown {
  if (typeof refused === 'function') return refused(answer)
  if (isForeign(answer.status, answer.headers)) return false
  return isList(refused) ? refused.includes(answer.status) : meets(refused, answer, usualRefusals, false)
}

// `Array.isArray` does not narrow readonly arrays.
const isList = (value: object): value is readonly number[] => Array.isArray(value)

/** A firewall or a proxy refuses with a page of its own. Servers that word their 401 so are left their word. */
const isForeign = (status: number, headers: Headers | undefined) =>
  headers !== undefined && usualRefusals.includes(status) && status !== 401 && isPage(headers)

const isPage = (headers: Headers) => /html/i.test(headers.get('Content-Type') ?? '')

/** `method` is the one it was asked with. */
export async function judgeResponse(
  response: Response,
  shape: RefreshEndpoint,
  method = 'POST',
): Promise<RefreshOutcome> {
  const { status, headers, url } = response
  const answer = asAnswer({ status, headers, url, method, readText: () => response.text() })
  const isRefused = Boolean(await isRefusal(answer, shape.refused))
  if (!response.ok || isRefused) {
    // Frees the connection; an error's body has nothing more for us.
    response.body?.cancel().catch(() => {})
    return judgeStatus(status, isRefused, headers)
  }
  const text = await answer.text()
  return judgeFacts(() => {
    if (isPage(headers)) {
      throw new InvalidTokenResponseError('The refresh endpoint answered with a web page instead of a token.')
    }
    return readTokenResponse(parse(text), shape, headers)
  })
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // The parser's own error would quote from the body, and the body may be a token cut short.
    return undefined
  }
}

function judgeFacts(read: () => TokenFacts): RefreshOutcome {
  try {
    return { kind: 'granted', facts: read() }
  } catch (error) {
    if (error instanceof InvalidTokenResponseError) return { kind: 'misdirected', error }
    throw error
  }
}

/** Judges what a custom refresh function resolved with. */
export async function judgeResult(
  result: unknown,
  shape: RefreshEndpoint,
  wall: number,
): Promise<RefreshOutcome> {
  if (result instanceof Response) return judgeResponse(result, shape)
  if (result === null)
    return {
      kind: 'refused',
      message: 'The refresh function says that the session is over.',
    }
  return judgeFacts(() => readTokenResult(result, shape, wall))
}

/** The HTTP status that an error of a custom refresh function carries, as those of axios and ky do. */
function statusOf(error: unknown): { status?: unknown; headers?: Headers } {
  try {
    const response = ownProperty(error, 'response') ?? error
    if (response instanceof Response) return response
    return { status: ownProperty(response, 'status') }
  } catch {
    // An error that cannot even be looked into says nothing.
    return {}
  }
}

/** Judges what the call threw: a failed fetch, or the error of a custom refresh function. */
export function judgeError(error: unknown): RefreshOutcome {
  if (isSilentRefreshError(error)) {
    if (error.code === 'ERR_SESSION_ENDED') return { kind: 'refused', message: error.message }
    if (error.code === 'ERR_INVALID_TOKEN_RESPONSE') return { kind: 'misdirected', error }
  }
  const { status, headers } = statusOf(error)
  if (typeof status === 'number' && status > 0)
    return judgeStatus(status, usualRefusals.includes(status) && !isForeign(status, headers), headers)
  return { kind: 'unavailable', message: 'The refresh endpoint could not be reached.', cause: error }
}
