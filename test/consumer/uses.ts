// A stranger's project: compiled against the built package, by its name, in several ways of resolving modules.
import axios, { type AxiosInstance } from 'axios'
import {
  type Answer,
  type AnySilentRefreshError,
  attachAxios,
  createAxios,
  createFetch,
  createSession,
  InvalidTokenResponseError,
  isSilentRefreshError,
  RefreshMisconfiguredError,
  RefreshUnavailableError,
  SessionEndedError,
  type SessionEvent,
  type SessionOptions,
  type SessionSnapshot,
  SignOutFailedError,
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
declare function useStore<T>(subscribe: (changed: () => void) => () => void, now: () => T, server: () => T): T
export const snapshot: SessionSnapshot = useStore(
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
