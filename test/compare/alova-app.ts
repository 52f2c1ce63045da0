import { createAlova, Method } from 'alova'
// @ts-expect-error: its declaration file names others without their extension
import { createClientTokenAuthentication, createServerTokenAuthentication } from 'alova/client'
import adapterFetch from 'alova/fetch'
import { isPlain, RefusedError } from './fetch-app.ts'
import type { HookCounts, Peer, Setting } from './peer.ts'

const headers = { 'X-Silent-Refresh': '1' }

interface TokenAnswer {
  access_token: string
  expires_in: number
}

/** Both kinds of its token authentication: `server` looks at answers, `client` at the time. */
export function makeAlovaApp(kind: 'server' | 'client'): Peer {
  let counts: HookCounts | undefined
  let alova: ReturnType<typeof make>

  function save({ access_token, expires_in }: TokenAnswer): void {
    localStorage.setItem('token', access_token)
    localStorage.setItem('expireTime', String(Date.now() + expires_in * 1000))
  }

  function make({ onSignedOut }: Setting) {
    async function refresh(): Promise<void> {
      try {
        const method = alova.Post<TokenAnswer>('/auth/refresh', {}, { headers })
        method.meta = { authRole: 'refreshToken' }
        save(await method)
      } catch (error) {
        // Its manual's example takes any failure for the end.
        if (error instanceof RefusedError && error.status === 401) {
          localStorage.removeItem('token')
          onSignedOut()
        }
        throw error
      }
    }

    const common = {
      assignToken(method: { config: { headers: Record<string, unknown> } }): void {
        const token = localStorage.getItem('token')
        if (token) method.config.headers.Authorization = `Bearer ${token}`
      },
      login: async (response: Response) => save(await response.clone().json()),
      logout: () => localStorage.removeItem('token'),
    }
    const { onAuthRequired, onResponseRefreshToken } =
      kind === 'server'
        ? createServerTokenAuthentication({
            ...common,
            refreshTokenOnSuccess: {
              isExpired: (response: Response) => response.status === 401,
              handler: refresh,
            },
          })
        : createClientTokenAuthentication({
            ...common,
            refreshToken: {
              isExpired: () => Number(localStorage.getItem('expireTime')) <= Date.now(),
              handler: refresh,
            },
          })
    return createAlova({
      requestAdapter: adapterFetch(),
      timeout: 15_000,
      cacheFor: null,
      shareRequest: false,
      // Its own calls are none of the user's.
      beforeRequest: onAuthRequired(({ url }: { url: string }) => {
        if (url.startsWith('/api')) counts?.request()
      }),
      responded: onResponseRefreshToken(async (response: Response, { url }: { url: string }) => {
        if (url.startsWith('/api')) counts?.response()
        if (!response.ok) throw new RefusedError(url, response.status)
        const text = await response.text()
        return text === '' ? null : JSON.parse(text)
      }),
    })
  }

  return {
    start(setting) {
      alova = make(setting)
    },
    async call(path, { method = 'GET', body, signal, timeout } = {}) {
      const url = path.startsWith('/') ? `/api${path}` : path
      const config = { headers: body && isPlain(body) ? { 'Content-Type': 'application/json' } : {} }
      const request = new Method(
        method,
        alova,
        url,
        { ...config, ...(timeout && { timeout }) },
        body as object,
      )
      signal?.addEventListener('abort', () => request.abort())
      return { status: 200, data: await request }
    },
    async signIn(email, password) {
      const method = alova.Post('/auth/login', { email, password }, { headers })
      method.meta = { authRole: 'login' }
      await method
    },
    async signOut() {
      const method = alova.Post('/auth/logout', {}, { headers })
      method.meta = { authRole: 'logout' }
      await method
    },
    isSignedIn: () => localStorage.getItem('token') !== null,
    addHooks(given) {
      counts = given
    },
  }
}
