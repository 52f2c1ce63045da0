import type { TokenFacts } from './access-token.ts'
import type { RefreshEndpoint } from './auth-endpoint.ts'
import type { Csrf } from './csrf.ts'
import { createEndpoint } from './endpoint.ts'
import type { Environment } from './environment.ts'
import { InvalidTokenResponseError } from './errors.ts'
import type { SessionOptions } from './options.ts'
import { ownProperty } from './own-property.ts'
import type { RefreshFunction, RefreshReason } from './refresh-function.ts'
import { judgeError, judgeResponse, judgeResult, type RefreshOutcome } from './refresh-outcome.ts'
import { type ResponseShape, readTokenResponse } from './token-response.ts'

/** The one call that a refresh is. */
export interface RefreshCall {
  /** Undefined if a function does it. */
  readonly url: string | undefined
  /** Sends it; never rejects. */
  send(context: { reason: RefreshReason; signal: AbortSignal }): Promise<RefreshOutcome>
  /** Reads the answer of a login call, which has the shape of a refresh. Only a `Response` takes time to read. */
  readLogin(answer: unknown): TokenFacts | Promise<TokenFacts>
}

function endpointOf(refresh: SessionOptions['refresh']): RefreshEndpoint | undefined {
  if (typeof refresh === 'function') return undefined
  return typeof refresh === 'string' || refresh instanceof URL ? { url: refresh } : refresh
}

function caller(
  refresh: RefreshFunction,
  shape: RefreshEndpoint,
  environment: Environment,
): RefreshCall['send'] {
  return async ({ reason, signal }) =>
    judgeResult(await refresh({ reason, signal }), shape, environment.clock.now().wall)
}

export function createRefreshCall(
  refresh: SessionOptions['refresh'],
  environment: Environment,
  csrf: Csrf | undefined,
): RefreshCall {
  const options = endpointOf(refresh)
  const shape = { __proto__: null, ...options } as unknown as RefreshEndpoint
  const endpoint = options && createEndpoint(options, environment, csrf)
  const call = endpoint
    ? async () => judgeResponse(await endpoint.send(), shape, endpoint.method)
    : caller(refresh as RefreshFunction, shape, environment)

  return {
    url: endpoint?.url,
    async send(context) {
      const landed = csrf?.expectCookie()
      const outcome = await call(context).catch(judgeError)
      // The retries that wait for it are to carry the header that goes with its cookie.
      await landed?.()
      return outcome
    },
    readLogin: (answer) => readLogin(answer, shape),
  }
}

function readLogin(answer: unknown, shape: ResponseShape): TokenFacts | Promise<TokenFacts> {
  if (answer instanceof Response) return readLoginResponse(answer, shape)
  // An axios response keeps the body one level down.
  const headers = ownProperty(answer, 'headers')
  const isEnvelope = ownProperty(answer, 'status') !== undefined && headers !== undefined
  return isEnvelope
    ? readTokenResponse(ownProperty(answer, 'data'), shape, readHeaders(headers))
    : readTokenResponse(answer, shape)
}

/** axios has headers of its own kind, which can be spread like a plain object. */
function readHeaders(given: unknown): Headers {
  const headers = new Headers()
  for (const [name, value] of Object.entries({ ...(given as object) })) {
    try {
      headers.set(name, String(value))
    } catch {
      // What is no header tells nothing.
    }
  }
  return headers
}

async function readLoginResponse(answer: Response, shape: ResponseShape): Promise<TokenFacts> {
  if (!answer.ok) throw new InvalidTokenResponseError(`The login call was answered ${answer.status}.`)
  if (answer.bodyUsed) {
    throw new InvalidTokenResponseError(
      'The body of the login answer has been read already; hand over what it said.',
    )
  }
  // The app may want to read the body too.
  const body: unknown = await answer
    .clone()
    .json()
    .catch(() => undefined)
  return readTokenResponse(body, shape, answer.headers)
}
