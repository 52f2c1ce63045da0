import { createFetch, createSession } from 'silent-refresh'
import { superTokens } from 'silent-refresh/presets'

const session = createSession({ ...superTokens('/', { apiBasePath: '/auth' }) })

const apiFetch = createFetch(session)

export async function signIn(email: string, password: string): Promise<void> {
  const formFields = [
    { id: 'email', value: email },
    { id: 'password', value: password },
  ]
  const body = JSON.stringify({ formFields })
  const headers = { 'Content-Type': 'application/json', rid: 'anti-csrf', 'st-auth-mode': 'cookie' }
  await session.signIn(async () => {
    const response = await fetch('/auth/signin', { method: 'POST', headers, body })
    const { status } = await response.clone().json()
    if (status !== 'OK') throw new Error(status)
    return response
  })
}

export async function signOut(): Promise<void> {
  await session.signOut()
}

export function isSignedIn(): boolean {
  return session.getSnapshot().status === 'authenticated'
}

export async function get(path: string): Promise<unknown> {
  const response = await apiFetch(`/api${path}`)
  if (!response.ok) throw new Error(`${path} was answered ${response.status}`)
  return response.json()
}
