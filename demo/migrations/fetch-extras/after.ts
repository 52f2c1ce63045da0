import { pipeline, withBaseUrl, withHttpError } from 'fetch-extras'
import { createFetch, createSession } from 'silent-refresh'

const headers = { 'Content-Type': 'application/json', 'X-Silent-Refresh': '1' }

const session = createSession({ refresh: '/auth/refresh', signOut: '/auth/logout' })

const apiFetch = pipeline(createFetch(session), withBaseUrl(`${location.origin}/api/`), withHttpError())

export async function signIn(email: string, password: string): Promise<void> {
  const body = JSON.stringify({ email, password })
  await session.signIn(() => fetch('/auth/login', { method: 'POST', headers, body }))
}

export async function signOut(): Promise<void> {
  await session.signOut()
}

export function isSignedIn(): boolean {
  return session.getSnapshot().status === 'authenticated'
}

export async function get(path: string): Promise<unknown> {
  return (await apiFetch(path)).json()
}
