import axios from 'axios'
import { attachAxios, createSession, type Session } from '../../../src/index.ts'
import { makeAxiosApp, post } from '../axios-app.ts'
import { enter } from '../page.ts'

const api = axios.create({ baseURL: '/api' })
let session: Session

enter({
  ...makeAxiosApp(api),
  async start({ onSignedOut }) {
    session = createSession({ refresh: '/auth/refresh', signOut: '/auth/logout' })
    session.subscribe((event) => {
      if (event.type === 'ended' && event.reason !== 'none') onSignedOut()
    })
    attachAxios(api, session)
    await session.ready()
  },
  signIn: (email, password) => session.signIn(() => post('/auth/login', { email, password })),
  signOut: () => session.signOut(),
  isSignedIn: () => session.getSnapshot().status === 'authenticated',
})
