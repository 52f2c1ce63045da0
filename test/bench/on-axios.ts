import axios, { type AxiosInstance } from 'axios'
import { createAuthRefresh } from 'axios-auth-refresh'
import { applyAuthTokenInterceptor, setAuthTokens } from 'axios-jwt'
// @ts-expect-error: it has no types
import { createRefreshManager } from 'axios-refresh-sync'
import { installAuthRefresh, setAuthHeaders } from 'token-refresh'
import { createAxios } from '../../src/clients/axios.ts'
import type { Session } from '../../src/session/session.ts'
import { token } from './environment.ts'
import { type Call, type Cost, inTurns, type Rounds, race } from './rounds.ts'
import { origin, stubAdapter } from './stubs.ts'

/** What is not reached with a valid token. */
const noRefresh = () => Promise.reject(new Error('nothing was to be refreshed'))

const create = (): AxiosInstance => axios.create({ adapter: stubAdapter, baseURL: '/api' })

/** The token by hand: the least that any of them has to do. */
export function bareAxios(api: AxiosInstance): AxiosInstance {
  const authorization = `Bearer ${token}`
  api.interceptors.request.use(
    (config) => {
      config.headers.Authorization = authorization
      return config
    },
    null,
    { synchronous: true },
  )
  return api
}

/** As the READMEs of three of them have it. */
function readFromStorage(api: AxiosInstance): AxiosInstance {
  api.interceptors.request.use((config) => {
    const held = localStorage.getItem('access_token')
    if (held) config.headers.Authorization = `Bearer ${held}`
    return config
  })
  return api
}

function failedQueue(): AxiosInstance {
  const api = readFromStorage(create())
  api.interceptors.response.use(
    (response) => response,
    // The rest of the snippet comes after a 401.
    (error: unknown) => Promise.reject(error),
  )
  return api
}

function axiosAuthRefresh(): AxiosInstance {
  const api = readFromStorage(create())
  // @ts-expect-error: from an ES module its types mean the AxiosInstance of CommonJS
  createAuthRefresh(api, noRefresh, { deduplicateRefresh: false })
  return api
}

async function axiosJwt(): Promise<AxiosInstance> {
  const api = create()
  // @ts-expect-error: from an ES module its types mean the AxiosInstance of CommonJS
  applyAuthTokenInterceptor(api, { requestRefresh: noRefresh })
  await setAuthTokens({ accessToken: token, refreshToken: 'r' })
  return api
}

function axiosRefreshSync(): { api: AxiosInstance; end: () => void } {
  const api = readFromStorage(create())
  const manager = createRefreshManager({
    axiosInstance: api,
    refreshEndpoint: '/auth/refresh',
    getAccessToken: () => localStorage.getItem('access_token'),
    getRefreshToken: () => 'r',
    setTokens() {},
    onRefreshFailed() {},
  }) as { scheduleRefresh(): void; destroy(): void }
  manager.scheduleRefresh()
  return { api, end: manager.destroy }
}

function tokenRefresh(): AxiosInstance {
  const api = create()
  installAuthRefresh(api, {
    refresh: noRefresh,
    getTokens: async () => ({ accessToken: token, refreshToken: 'r' }),
    async setTokens() {},
    isSessionExpired: ({ status }) => status === 401,
    isRefreshFailureTerminal: () => true,
  })
  setAuthHeaders(api, token)
  return api
}

/** Over the same stub adapter, in the same rounds. */
export async function raceOnAxios(session: Session, rounds: Rounds): Promise<Record<string, Cost[]>> {
  localStorage.setItem('access_token', token)
  const sync = axiosRefreshSync()
  const apis: Record<string, AxiosInstance> = {
    'axios, token by hand': bareAxios(create()),
    'silent-refresh': createAxios(session, { adapter: stubAdapter, baseURL: '/api' }),
    'the copied snippet': failedQueue(),
    'axios-auth-refresh': axiosAuthRefresh(),
    'axios-jwt': await axiosJwt(),
    'axios-refresh-sync': sync.api,
    'token-refresh': tokenRefresh(),
  }
  const [path, url] = [inTurns(''), inTurns(`${origin}/api`)]
  const kinds: Record<string, (api: AxiosInstance) => Call> = {
    get: (api) => () => api.get(path()),
    'post with JSON': (api) => () => api.post(path(), { a: 1 }),
    'get, absolute URL': (api) => () => api.get(url()),
  }
  const costs: Record<string, Cost[]> = {}
  for (const [kind, make] of Object.entries(kinds)) {
    const calls = Object.entries(apis).map(([name, api]) => [name, make(api)] as const)
    costs[kind] = await race(Object.fromEntries(calls), rounds)
  }
  sync.end()
  return costs
}
