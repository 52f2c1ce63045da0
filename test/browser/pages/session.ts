// A small app of a user, for the browser tests. Its options come in the query, so that a reload keeps them.
import {
  createAxios,
  createFetch,
  createSession,
  type SessionEvent,
  type SessionOptions,
} from '../../../src/index.ts'

const query = new URLSearchParams(location.search)
const options = JSON.parse(query.get('options') ?? '{}') as Partial<SessionOptions>

/** What goes wrong unseen, from here on. */
const errors: string[] = []
addEventListener('error', ({ message }) => errors.push(message))
addEventListener('unhandledrejection', ({ reason }) => errors.push(String(reason)))

// Tabs that start together need a channel even where the library has none.
const signals = new BroadcastChannel('start of a test')

/** Other browsers, and browsers that have been told to keep less. */
const lacks: Record<string, () => void> = {
  locks: () => Object.defineProperty(navigator, 'locks', { value: undefined }),
  channels: () => Object.defineProperty(globalThis, 'BroadcastChannel', { value: undefined }),
  storage: () => Object.defineProperty(globalThis, 'localStorage', { value: undefined }),
}
for (const name of query.get('without')?.split(',') ?? []) lacks[name]?.()

performance.mark('session')
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

let outcome: Promise<number[]> | undefined
let begin = () => {}
signals.onmessage = () => begin()

/** Has this tab make `count` calls at the moment that any of them says `start`, and keep the statuses. */
const prepare = (count: number): void => {
  outcome = new Promise<void>((resolve) => {
    begin = resolve
  }).then(() => fire(count))
}

const start = (): void => {
  signals.postMessage('now')
  begin()
}

const statuses = () => outcome

/** How often each kind of event has come. */
const count = (type: SessionEvent['type']): number => events.filter((event) => event.type === type).length

// The page that embeds this one asks whether all works here.
addEventListener('message', async ({ data, source }) => {
  if (data !== 'try') return
  const { status, coordination } = session.getSnapshot()
  await signIn('alice')
  const answer = { status, coordination, calls: await fire(2), errors }
  source?.postMessage(answer, { targetOrigin: '*' })
})

/** What a test comes back for. */
const kept: Record<string, Promise<unknown>> = {}

// As apps do whose first view needs data.
if (query.has('eager')) kept.first = fire(1)

export const page = {
  session,
  api,
  apiFetch,
  events,
  errors,
  signIn,
  fire,
  refreshStarted,
  prepare,
  start,
  statuses,
  count,
  kept,
}

declare global {
  var app: typeof page
}

globalThis.app = page
