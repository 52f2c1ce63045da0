import { createFetch } from '../../src/fetch.ts'
import type { Session } from '../../src/session/session.ts'

/** A small app, as a reader of the manual might write it: a list of users, and a banner when the session is over. */
export function createApp(session: Session) {
  const apiFetch = createFetch(session)
  const app = {
    banner: '',
    users: [] as string[],
    async loadUsers() {
      const response = await apiFetch('/api/users')
      if (!response.ok) throw new Error(`no users: ${response.status}`)
      app.users = (await response.json()) as string[]
      return app.users
    },
  }
  session.subscribe((event) => {
    if (event.type === 'signed-in') app.banner = ''
    if (event.type === 'ended') app.banner = event.reason === 'expired' ? 'Please sign in again' : 'Goodbye'
  })
  return app
}
