import ky, { type Hooks, isHTTPError, type KyInstance } from 'ky'
import { isPlain, postByFetch, readAnswer } from '../fetch-app.ts'
import { enter } from '../page.ts'

let token: string | undefined
let api: KyInstance

enter({
  start({ onSignedOut }) {
    const hooks: Hooks = {
      beforeRequest: [
        ({ request }) => {
          if (token) request.headers.set('Authorization', `Bearer ${token}`)
        },
      ],
      // The second recipe of its manual, "retry with a fresh token on a 401 error": the first leaves POST alone.
      afterResponse: [
        async ({ request, response, retryCount }) => {
          if (response.status !== 401 || retryCount > 0) return undefined
          try {
            const headers = { 'X-Silent-Refresh': '1' }
            const refreshed = ky.post<{ access_token: string }>('/auth/refresh', { headers, json: {} })
            token = (await refreshed.json()).access_token
          } catch (error) {
            if (isHTTPError(error) && error.response.status === 401) {
              token = undefined
              onSignedOut()
            }
            throw error
          }
          const headers = new Headers(request.headers)
          headers.set('Authorization', `Bearer ${token}`)
          return ky.retry({ request: new Request(request, { headers }), code: 'TOKEN_REFRESHED' })
        },
      ],
    }
    api = ky.create({ hooks })
  },
  async call(path, { method = 'GET', body, signal, timeout } = {}) {
    const url = path.startsWith('/') ? `/api${path}` : path
    const response = await api(url, {
      method,
      ...(body && (isPlain(body) ? { json: body } : { body: body as BodyInit })),
      ...(signal && { signal }),
      // `timeout` alone counts for each attempt.
      ...(timeout && { timeout, totalTimeout: timeout }),
    })
    return readAnswer(response)
  },
  async signIn(email, password) {
    token = (await postByFetch('/auth/login', { email, password })).access_token
  },
  async signOut() {
    token = undefined
    await postByFetch('/auth/logout')
  },
  isSignedIn: () => token !== undefined,
  addHooks({ request, response }) {
    api = api.extend({ hooks: { beforeRequest: [request], afterResponse: [response] } })
  },
})
