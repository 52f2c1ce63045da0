export {
  createFetch,
  type FetchOptions,
  type SilentFetch,
  type SilentRequestInit,
} from './clients/fetch.ts'
export { createSession } from './create-session.ts'
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
export type { SessionEvent, SessionListener } from './session/events.ts'
export type {
  Answer,
  AuthEndpoint,
  ExpiryUnit,
  RefreshContext,
  RefreshEndpoint,
  RefreshFunction,
  RefreshReason,
  SessionOptions,
  SessionSnapshot,
  SignOutFunction,
  TokenResult,
} from './session/options.ts'
export type { Session, TokenOptions } from './session/session.ts'
