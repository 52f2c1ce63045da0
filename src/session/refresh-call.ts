import type { TokenFacts } from './access-token.ts'
import { createEndpoint } from './endpoint.ts'
import type { Environment } from './environment.ts'
import { InvalidTokenResponseError } from './errors.ts'
import type { RefreshEndpoint, RefreshFunction, RefreshReason, SessionOptions } from './options.ts'
import { ownProperty } from './own-property.ts'
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

export function createRefreshCall(refresh: SessionOptions['refresh'], environment: Environment): RefreshCall {
  const options = endpointOf(refresh)
  const shape = { __proto__: null, ...options } as unknown as RefreshEndpoint
  const endpoint = options && createEndpoint(options, environment)
  const call = endpoint
    ? async () => judgeResponse(await endpoint.send(), shape)
    : caller(refresh as RefreshFunction, shape, environment)

  return {
    url: endpoint?.url,
    send: (context) => call(context).catch(judgeError),
    readLogin: (answer) => readLogin(answer, shape),
  }
}

function readLogin(answer: unknown, shape: ResponseShape): TokenFacts | Promise<TokenFacts> {
  if (answer instanceof Response) return readLoginResponse(answer, shape)
  // An axios response keeps the body one level down.
  const isEnvelope =
    ownProperty(answer, 'status') !== undefined && ownProperty(answer, 'headers') !== undefined
  return readTokenResponse(isEnvelope ? ownProperty(answer, 'data') : answer, shape)
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
  return readTokenResponse(body, shape)
}
