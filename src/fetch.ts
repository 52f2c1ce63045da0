export {
  createFetch,
  type FetchOptions,
  type SilentFetch,
  type SilentRequestInit,
} from './clients/fetch.ts'
export { createSession } from './create-session.ts'
export type { Answer, AnswerRule } from './session/answer.ts'
export type {
  AuthEndpoint,
  CsrfHeader,
  ExpiryUnit,
  RefreshEndpoint,
  SignOutEndpoint,
} from './session/auth-endpoint.ts'
export {
  type AnySilentRefreshError,
  type EndReason,
  InvalidTokenResponseError,
  isSilentRefreshError,
  RefreshMisconfiguredError,
  RefreshUnavailableError,
  SessionEndedError,
  SignOutFailedError,
  type SilentRefreshError,
  type SilentRefreshErrorCode,
} from './session/errors.ts'
export type { AnyEvent, AnyListener, RequestEvent, SessionEvent, SessionListener } from './session/events.ts'
export type { CsrfOptions, SessionOptions } from './session/options.ts'
export type {
  RefreshContext,
  RefreshFunction,
  RefreshReason,
  SignOutFunction,
  TokenResult,
} from './session/refresh-function.ts'
export type { Session, SubscribeOptions, TokenOptions } from './session/session.ts'
export type { SessionSnapshot } from './session/snapshot.ts'
