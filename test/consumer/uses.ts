// A stranger's project: compiled against the built package, by its name, in several ways of resolving modules.
import axios, { type AxiosInstance } from 'axios'
import {
  type Answer,
  type AnswerRule,
  type AnyEvent,
  type AnyListener,
  type AnySilentRefreshError,
  type AuthEndpoint,
  attachAxios,
  type CsrfHeader,
  type CsrfOptions,
  createAxios,
  createFetch,
  createSession,
  type EndReason,
  type ExpiryUnit,
  type FetchOptions,
  InvalidTokenResponseError,
  isSilentRefreshError,
  type RefreshContext,
  type RefreshEndpoint,
  type RefreshFunction,
  RefreshMisconfiguredError,
  type RefreshReason,
  RefreshUnavailableError,
  type RequestEvent,
  type Session,
  SessionEndedError,
  type SessionEvent,
  type SessionListener,
  type SessionOptions,
  type SessionSnapshot,
  type SignOutEndpoint,
  SignOutFailedError,
  type SignOutFunction,
  type SilentFetch,
  type SilentRefreshError,
  type SilentRefreshErrorCode,
  type SilentRequestInit,
  type SubscribeOptions,
  type TokenOptions,
  type TokenResult,
} from 'silent-refresh'
import { createFetch as createFetchAlone, createSession as createSessionAlone } from 'silent-refresh/fetch'

const options: SessionOptions = {
  refresh: {
    url: '/auth/refresh',
    csrf: { cookie: 'csrf', header: 'X-CSRF' },
    expiry: { path: 'exp', unit: 'unix' },
  },
  signOut: ({ accessToken }) => fetch('/bye', { headers: { Authorization: accessToken ?? '' } }),
  origins: ['https://api.example.com'],
  exclude: ['/auth/login', /\/public\//],
  shouldRefresh: async ({ status, text }: Answer) => status === 401 || (await text()).includes('expired'),
  refreshMargin: undefined,
}
export const session = createSession(options)
export const api: AxiosInstance = createAxios(session, { baseURL: '/api' })
export const detach: () => void = attachAxios(axios.create(), session)
export const apiFetch: typeof fetch = createFetch(session)
export const alone: typeof fetch = createFetchAlone(
  createSessionAlone({ refresh: new URL('https://a.example/r') }),
)

export async function use(): Promise<void> {
  await api.get('/x', { skipAuth: true })
  await api.post<{ id: number }>('/x', { a: 1 }, { skipAuth: false, params: { q: 1 } })
  await createFetch(session)('/x', { skipAuth: true, method: 'POST' })
  const { id } = await session.signIn(async () => ({ id: 1, access_token: 't' }))
  const text: string = await session.signIn('token')
  const token: string | null = await session.getAccessToken({ minTtl: id, signal: AbortSignal.timeout(1) })
  console.log(text, token)
}

/** The shape of React's `useSyncExternalStore`. */
declare function syncExternalStore<T>(
  subscribe: (changed: () => void) => () => void,
  now: () => T,
  server: () => T,
): T
export const snapshot: SessionSnapshot = syncExternalStore(
  session.subscribe,
  session.getSnapshot,
  session.getServerSnapshot,
)

export function tell(event: SessionEvent): number {
  switch (event.type) {
    case 'refreshed':
      return event.duration + event.waiting
    case 'refresh-failed':
      return event.retryAt ?? event.error.message.length
    case 'ended':
      return event.reason.length
    default:
      return event.type.length
  }
}

export function explain(error: AnySilentRefreshError): string | number | undefined {
  switch (error.code) {
    case 'ERR_SESSION_ENDED':
      return error.reason
    case 'ERR_REFRESH_UNAVAILABLE':
      return error.retryAt
    case 'ERR_REFRESH_MISCONFIGURED':
      return error.status
    default:
      return error.message
  }
}

export const errors = [
  SessionEndedError,
  RefreshUnavailableError,
  RefreshMisconfiguredError,
  InvalidTokenResponseError,
  SignOutFailedError,
]
export const guarded = (error: unknown) => (isSilentRefreshError(error) ? explain(error) : undefined)

const rule: AnswerRule = { status: [401], code: { path: 'error.code', only: ['EXPIRED'] } }
const csrf: CsrfHeader = { header: 'X-CSRF', cookie: 'csrf' }
const renewable: CsrfOptions = { ...csrf, renewal: { url: '/csrf', status: [419] } }
const unit: ExpiryUnit = 'unix'
const endpoint: AuthEndpoint = { url: '/out', method: 'DELETE', csrf: false }
const refreshEndpoint: RefreshEndpoint = {
  ...endpoint,
  accessToken: (_body, headers) => headers.get('Authorization'),
  expiry: { path: (body) => body, unit },
  refused: rule,
  lifetime: 60_000,
}
const refreshFunction: RefreshFunction = async ({ signal, reason }: RefreshContext): Promise<TokenResult> => {
  const why: RefreshReason = reason
  return { accessToken: why, expiresIn: signal.aborted ? 1000 : undefined }
}
const bye: SignOutEndpoint = { url: '/out', done: [400, 401] }
const leave: SignOutFunction = ({ accessToken }) => accessToken
export const all: Session = createSession({
  refresh: refreshFunction,
  signOut: leave,
  csrf: renewable,
  shouldRefresh: rule,
  tokenHeader: 'X-Auth-Token',
})
export const other: Session = createSession({
  refresh: refreshEndpoint,
  signOut: bye,
  shouldRefresh: ({ status }) => status === 419,
})
const listener: SessionListener = ({ type }) => console.log(type)
const anyListener: AnyListener = (event: AnyEvent) => 'request' in event && follow(event)
const wanted: SubscribeOptions = { requests: true }
export const stops: (() => void)[] = [all.subscribe(listener), all.subscribe(anyListener, wanted)]
function follow(event: RequestEvent): string {
  return event.type === 'request-passed' ? event.why : `${event.request.id} ${event.request.url}`
}
// @ts-expect-error: who hears of requests, too, has asked for them
all.subscribe((event: RequestEvent) => event)
const init: SilentRequestInit = { skipAuth: true }
const tokenOptions: TokenOptions = { minTtl: 1 }
const fetchOptions: FetchOptions = { fetch: async () => new Response() }
export const send: SilentFetch = createFetch(all, fetchOptions)
export const reasonOf = (error: SilentRefreshError): SilentRefreshErrorCode => error.code
export const ended = (error: SessionEndedError): EndReason => error.reason
export async function start(): Promise<string | null> {
  await all.ready()
  await send('/x', init)
  return all.getAccessToken(tokenOptions)
}

// @ts-expect-error: there is no such option
createSession({ refresh: '/r', refreshURL: '/r' })
// @ts-expect-error: durations are numbers
createSession({ refresh: '/r', refreshMargin: '1m' })
// @ts-expect-error: the endpoint is missing
createSession({})
// @ts-expect-error: axios is not in this entry
void import('silent-refresh/fetch').then(({ createAxios }) => createAxios)
// @ts-expect-error: a flag, not a text
void api.get('/x', { skipAuth: 'yes' })
