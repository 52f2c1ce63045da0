import axios from 'axios'
import { createAxios, createSession } from 'silent-refresh'

const session = createSession({ refresh: '/auth/refresh_token', signOut: '/auth/logout' })

const api = createAxios(session, { baseURL: '/api' })

const old = 'auth-tokens-production'

/** Who has signed in before the move has a refresh token in localStorage, which the server turns into a cookie. */
async function takeOver(): Promise<void> {
  const stored = localStorage.getItem(old)
  if (!stored) return
  const { refreshToken } = JSON.parse(stored)
  // Not if there is a cookie already: the token stored beside it may have been spent.
  if ((await session.getAccessToken()) === null)
    await session.signIn(() => axios.post('/auth/refresh_token', { token: refreshToken }))
  localStorage.removeItem(old)
}

const ready = takeOver().catch((error) => {
  // After a bad network the next page tries again.
  if (error.response?.status === 401) localStorage.removeItem(old)
})

export async function signIn(email: string, password: string): Promise<void> {
  await session.signIn(() => axios.post('/auth/login', { email, password }))
}

export async function signOut(): Promise<void> {
  await session.signOut()
}

export function isSignedIn(): boolean {
  return session.getSnapshot().status === 'authenticated'
}

export async function get(path: string): Promise<unknown> {
  await ready
  return (await api.get(path)).data
}
