import { createFetch, createSession, type Session } from '../../../src/fetch.ts'
import { makeInit, postByFetch, readAnswer } from '../fetch-app.ts'
import { enter } from '../page.ts'

let session: Session
let apiFetch: typeof fetch

enter({
  async start({ onSignedOut }) {
    session = createSession({ refresh: '/auth/refresh', signOut: '/auth/logout' })
    session.subscribe((event) => {
      if (event.type === 'ended' && event.reason !== 'none') onSignedOut()
    })
    apiFetch = createFetch(session)
    await session.ready()
  },
  call: async (path, options = {}) =>
    readAnswer(await apiFetch(path.startsWith('/') ? `/api${path}` : path, makeInit(options))),
  signIn: (email, password) => session.signIn(() => postByFetch('/auth/login', { email, password })),
  signOut: () => session.signOut(),
  isSignedIn: () => session.getSnapshot().status === 'authenticated',
})
