import axios from 'axios'
import { createAxios, createSession } from 'silent-refresh'

const headers = { 'X-Silent-Refresh': '1' }

const session = createSession({ refresh: '/auth/refresh', signOut: '/auth/logout' })

const api = createAxios(session, { baseURL: '/api' })

// Left there by the version before.
localStorage.removeItem('token')

export async function signIn(email: string, password: string): Promise<void> {
  await session.signIn(() => axios.post('/auth/login', { email, password }, { headers }))
}

export async function signOut(): Promise<void> {
  await session.signOut()
}

export function isSignedIn(): boolean {
  return session.getSnapshot().status === 'authenticated'
}

export async function get(path: string): Promise<unknown> {
  return (await api.get(path)).data
}
