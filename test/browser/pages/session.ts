// A small app of a user, for the browser tests. Its options come in the query, so that a reload keeps them.
import {
  createAxios,
  createFetch,
  createSession,
  type SessionEvent,
  type SessionOptions,
} from '../../../src/index.ts'

const options = JSON.parse(
  new URLSearchParams(location.search).get('options') ?? '{}',
) as Partial<SessionOptions>
const session = createSession({
  refresh: '/auth/refresh',
  signOut: '/auth/logout',
  exclude: ['/auth/login'],
  ...options,
})
const api = createAxios(session, { baseURL: '/api' })
const apiFetch = createFetch(session)
const events: SessionEvent[] = []
session.subscribe((event) => events.push(event))

const password = 'correct horse'
const users = { alice: 'demo@example.com', bob: 'second@example.com' }

/** Signs in through the session's own client, as apps do. */
const signIn = (user: keyof typeof users) =>
  session.signIn(() =>
    apiFetch('/auth/login', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', 'X-Silent-Refresh': '1' },
      body: JSON.stringify({ email: users[user], password }),
    }),
  )

/** The statuses of `count` calls made at once, half of them by each client. */
const fire = (count: number): Promise<number[]> =>
  Promise.all(
    Array.from({ length: count }, async (_, index) => {
      if (index % 2) return (await apiFetch(`/api/items?n=1&call=${index}`)).status
      return (await api.get('/items', { params: { n: 1, call: index }, validateStatus: null })).status
    }),
  )

/** Resolves when the next refresh begins. */
const refreshStarted = (): Promise<void> =>
  new Promise((resolve) => {
    const stop = session.subscribe(({ type }) => {
      if (type !== 'refresh-started') return
      stop()
      resolve()
    })
  })

export const page = { session, api, apiFetch, events, signIn, fire, refreshStarted }

declare global {
  var app: typeof page
}

globalThis.app = page
