// A page that holds nothing open but what the library does, so that what keeps it out of the back/forward cache, or
// throws it out of there, is the library's.
import { createFetch, createSession } from '../../../src/fetch.ts'

let shown = 'loaded'
let firstAnswer: Promise<string> | undefined

// Before the library's own listener, so that this call comes before it knows that the page is back.
addEventListener('pageshow', ({ persisted }) => {
  if (!persisted) return
  shown = 'restored'
  firstAnswer = whoAmI().catch((error: Error) => error.name)
})

addEventListener('pagehide', () => {
  // For another tab to read: this one cannot be asked any more.
  localStorage.setItem('left at', String(Date.now()))
})

const session = createSession({
  refresh: '/auth/refresh',
  signOut: '/auth/logout',
  exclude: ['/auth/login'],
})
const apiFetch = createFetch(session)

const signIn = (email: string) =>
  session.signIn(() =>
    apiFetch('/auth/login', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', 'X-Silent-Refresh': '1' },
      body: JSON.stringify({ email, password: 'correct horse' }),
    }),
  )

let servedAt = 0

/** Waits for a new token, and keeps the time at which it came. */
const wait = async (): Promise<void> => {
  await session.refresh()
  servedAt = Date.now()
}

/** Who the server takes the user for; the status if for nobody. */
async function whoAmI(): Promise<string> {
  const response = await apiFetch('/api/me')
  const body = response.ok ? ((await response.json()) as { readonly email: string }) : undefined
  return body?.email ?? String(response.status)
}

export const page = {
  session,
  signIn,
  wait,
  whoAmI,
  servedAt: () => servedAt,
  leftAt: () => Number(localStorage.getItem('left at')),
  /** How the page has come: loaded anew, or from the cache. */
  shown: () => shown,
  /** The answer to the call that was made at the very moment in which the page came back. */
  firstAnswer: () => firstAnswer,
}

declare global {
  var kept: typeof page
}

globalThis.kept = page
