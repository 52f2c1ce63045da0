// An app with steady traffic, which counts what it holds.

import axios from 'axios'
import { attachAxios, createAxios, createFetch, createSession } from '../../src/index.ts'
import { countAll } from './page-counts.ts'

const session = createSession({
  refresh: '/auth/refresh',
  signOut: '/auth/logout',
  exclude: ['/auth/login'],
  // Of 20 seconds: often, and long before a request that has to wait could arrive with an expired one.
  refreshMargin: 15_000,
})
const apiFetch = createFetch(session)
const api = createAxios(session, { baseURL: '/api' })
const apiByFetch = createAxios(session, { baseURL: '/api', adapter: 'fetch' })
/** Given to most calls, and aborted with the page. */
const forever = new AbortController()

const seen = { calls: 0, answered: 0, aborted: 0, unauthorized: 0, ended: 0, refreshes: 0 }
const failures: string[] = []
let open = 0
let isQuiet = true

addEventListener('error', ({ message }) => failures.push(message))
addEventListener('unhandledrejection', ({ reason }) => failures.push(String(reason)))
session.subscribe(
  (event) => {
    if (event.type === 'refreshed') seen.refreshes++
    if (event.type === 'ended' && event.reason !== 'none') seen.ended++
    if (event.type === 'request-passed') failures.push(`a 401 was passed on: ${event.why}`)
  },
  { requests: true },
)

const calls: readonly ((signal: AbortSignal) => Promise<number>)[] = [
  async (signal) => {
    const answer = await apiFetch('/api/me', { signal })
    await answer.text()
    return answer.status
  },
  async (signal) => (await api.get('/items', { params: { n: 3 }, signal, validateStatus: null })).status,
  async (signal) => (await apiByFetch.get('/me', { signal, validateStatus: null })).status,
]

async function call(): Promise<void> {
  seen.calls++
  open++
  const controller = new AbortController()
  const isToAbort = Math.random() < 0.05
  if (isToAbort) setTimeout(() => controller.abort(), Math.random() * 30)
  const make = calls[Math.floor(Math.random() * calls.length)]
  try {
    const status = await make?.(isToAbort ? controller.signal : forever.signal)
    if (status === 401) seen.unauthorized++
    else seen.answered++
  } catch (error) {
    if (controller.signal.aborted) seen.aborted++
    else failures.push(String(error))
  } finally {
    open--
  }
}

/** What a view does as it comes and goes: an instance of its own, a subscription, a session of its own. */
async function view(): Promise<void> {
  const undo = [attachAxios(axios.create(), session), session.subscribe(() => {}, { requests: true })]
  const own = createSession({ refresh: '/auth/refresh', name: 'view' })
  const { status } = await createFetch(own)('/api/me', { signal: forever.signal })
  if (status === 401) {
    seen.unauthorized++
    failures.push(`a 401 of a view, ${own.getSnapshot().status}, quiet: ${isQuiet}`)
  }
  own.dispose()
  for (const end of undo) end()
}

async function goOn(): Promise<void> {
  while (!isQuiet) {
    void call()
    if (Math.random() < 0.02) await view()
    await new Promise((resolve) => setTimeout(resolve, 50 + Math.random() * 150))
  }
}

export const page = {
  session,
  seen,
  failures,
  countAll,
  /** Nothing begins any more. Resolves when nothing is open. */
  async beQuiet(): Promise<void> {
    isQuiet = true
    while (open > 0 || session.getSnapshot().refreshing)
      await new Promise((resolve) => setTimeout(resolve, 20))
    // Whoever was in the middle of `goOn` has seen that it is over.
    await new Promise((resolve) => setTimeout(resolve, 400))
  },
  beBusy(): void {
    if (!isQuiet) return
    isQuiet = false
    void goOn()
  },
  async signIn(email: string): Promise<void> {
    await session.signIn(() =>
      apiFetch('/auth/login', {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', 'X-Silent-Refresh': '1' },
        body: JSON.stringify({ email, password: 'correct horse' }),
      }),
    )
  },
}

declare global {
  var soak: typeof page
}

globalThis.soak = page
