import { createAxios, createFetch, createSession } from 'silent-refresh'

/**
 * All that an app has to write. `keepalive` lets a refresh outlive its page; the demo turns it off where the backend is
 * a service worker, because Firefox sends keepalive requests past service workers.
 */
export function connect(keepalive: boolean) {
  const session = createSession({
    refresh: { url: '/auth/refresh', keepalive },
    signOut: { url: '/auth/logout', keepalive },
    // The readable companion of the refresh cookie: a visitor without it need not ask.
    hintCookie: 'sr_hint',
  })
  const api = createAxios(session, { baseURL: '/api' })
  const apiFetch = createFetch(session)
  return { session, api, apiFetch }
}

export type Connection = ReturnType<typeof connect>
