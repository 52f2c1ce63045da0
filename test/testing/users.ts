import { createFetch, createSession } from 'silent-refresh/fetch'

/** A module of an app that makes its session as soon as it is loaded. */
export const session = createSession({ refresh: '/auth/refresh' })
const apiFetch = createFetch(session)

export async function loadUsers(): Promise<string[]> {
  return (await apiFetch('/api/users')).json() as Promise<string[]>
}
