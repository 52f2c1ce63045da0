import { createAxios, createFetch, createSession } from 'silent-refresh'
import { createRecording } from './timeline/recording.ts'

/**
 * All that an app has to write. `keepalive` lets a refresh outlive its page; the demo turns it off where the backend is
 * a service worker, because Firefox sends keepalive requests past service workers. And no app needs a recording: it is
 * what the timeline draws.
 */
export function connect(keepalive: boolean) {
  const recording = createRecording()
  const session = createSession({
    refresh: { url: '/auth/refresh', keepalive },
    signOut: { url: '/auth/logout', keepalive },
    // The readable companion of the refresh cookie: a visitor without it need not ask.
    hintCookie: 'sr_hint',
  })
  const api = createAxios(session, { baseURL: '/api', adapter: recording.adapter })
  const apiFetch = createFetch(session, { fetch: recording.fetch })
  return { session, api, apiFetch, recording }
}

export type Connection = ReturnType<typeof connect>
