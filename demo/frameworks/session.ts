import { createFetch, createSession } from 'silent-refresh'

export const session = createSession({ refresh: '/auth/refresh', signOut: '/auth/logout' })
export const apiFetch = createFetch(session)
