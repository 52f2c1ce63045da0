import { pipeline, withBaseUrl, withHeaders, withHooks, withTimeout, withTokenRefresh } from 'fetch-extras'
import { makeInit, postByFetch, RefusedError, readAnswer } from '../fetch-app.ts'
import { enter } from '../page.ts'
import type { HookCounts } from '../peer.ts'

let token: string | undefined
let counts: HookCounts | undefined
let apiFetch: typeof fetch

enter({
  start({ onSignedOut }) {
    apiFetch = pipeline(
      fetch,
      // It counts while a call waits, too.
      withTimeout(15_000),
      withBaseUrl(`${location.origin}/api/`),
      withHeaders(() => (token ? { Authorization: `Bearer ${token}` } : {})),
      withTokenRefresh({
        async refreshToken() {
          try {
            token = (await postByFetch('/auth/refresh')).access_token
            return token
          } catch (error) {
            if (error instanceof RefusedError && error.status === 401) {
              token = undefined
              onSignedOut()
            }
            throw error
          }
        },
      }),
      withHooks({
        beforeRequest: () => counts?.request(),
        afterResponse: () => counts?.response(),
      }),
    )
  },
  call: async (path, options = {}) => readAnswer(await apiFetch(path, makeInit(options))),
  async signIn(email, password) {
    token = (await postByFetch('/auth/login', { email, password })).access_token
  },
  async signOut() {
    token = undefined
    await postByFetch('/auth/logout')
  },
  isSignedIn: () => token !== undefined,
  addHooks(given) {
    counts = given
  },
})
