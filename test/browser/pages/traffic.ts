// An app that is never quiet: it makes calls by itself, and keeps what came of each.
import { createAxios, createFetch, createSession, type SessionOptions } from '../../../src/index.ts'

const query = new URLSearchParams(location.search)
const options = JSON.parse(query.get('options') ?? '{}') as Partial<SessionOptions>
const session = createSession({
  refresh: '/auth/refresh',
  signOut: '/auth/logout',
  exclude: ['/auth/login'],
  ...options,
})
const apiFetch = createFetch(session)
const api = createAxios(session, { baseURL: '/api' })

/** One call. `end` is undefined as long as it is open. */
interface Call {
  start: number
  end: number | undefined
  /** The user it was answered for, or the status, or the name of the error. */
  outcome: string
}

const calls: Call[] = []
const ends: { at: number; reason: string }[] = []
const errors: string[] = []
let isQuiet = false

addEventListener('error', ({ message }) => errors.push(message))
addEventListener('unhandledrejection', ({ reason }) => errors.push(String(reason)))
session.subscribe((event) => {
  if (event.type === 'ended') ends.push({ at: Date.now(), reason: event.reason })
})

async function byFetch(): Promise<string> {
  const response = await apiFetch('/api/me')
  return response.ok ? ((await response.json()) as { readonly email: string }).email : String(response.status)
}

async function byAxios(): Promise<string> {
  const { status, data } = await api.get<{ readonly email: string }>('/me', { validateStatus: null })
  return status === 200 ? data.email : String(status)
}

async function record(make: () => Promise<string>): Promise<void> {
  const call: Call = { start: Date.now(), end: undefined, outcome: 'open' }
  calls.push(call)
  call.outcome = await make().catch((error: Error) => {
    const cause = error.cause instanceof Error ? error.cause : error
    return cause.name
  })
  call.end = Date.now()
}

function goOn(): void {
  if (isQuiet) return
  void record(Math.random() < 0.5 ? byFetch : byAxios)
  setTimeout(goOn, 100 + Math.random() * 300)
}

const signIn = async (email: string): Promise<void> => {
  await session.signIn(() =>
    apiFetch('/auth/login', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', 'X-Silent-Refresh': '1' },
      body: JSON.stringify({ email, password: 'correct horse' }),
    }),
  )
}

export const page = {
  session,
  signIn,
  /** What has happened since the last time; calls that are still open are told again. */
  harvest() {
    const done = calls.filter(({ end }) => end !== undefined)
    const open = calls.filter(({ end }) => end === undefined)
    calls.splice(0, calls.length, ...open)
    return { calls: done, open, ends: ends.splice(0), errors: errors.splice(0) }
  },
  beQuiet() {
    isQuiet = true
  },
}

declare global {
  var traffic: typeof page
}

globalThis.traffic = page
goOn()
