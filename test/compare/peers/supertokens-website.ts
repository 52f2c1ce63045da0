import axios from 'axios'
import SuperTokens from 'supertokens-website'
import { makeAxiosApp } from '../axios-app.ts'
import { enter } from '../page.ts'

// Requests of axios pass through the XMLHttpRequest that it replaces; aborts reach them there, as they do not in its fetch.
const api = axios.create({ baseURL: '/api' })

enter({
  ...makeAxiosApp(api),
  start({ onSignedOut }) {
    SuperTokens.init({
      apiDomain: location.origin,
      apiBasePath: '/auth',
      tokenTransferMethod: 'cookie',
      // The default of 10 is a refresh each for an endpoint that always answers 401.
      maxRetryAttemptsForSessionRefresh: 1,
      onHandleEvent({ action }) {
        if (action === 'UNAUTHORISED' || action === 'SIGN_OUT') onSignedOut()
      },
    })
  },
  async signIn(email, password) {
    const formFields = [
      { id: 'email', value: email },
      { id: 'password', value: password },
    ]
    const body = JSON.stringify({ formFields })
    const headers = { 'Content-Type': 'application/json' }
    await fetch('/auth/signin', { method: 'POST', headers, body })
  },
  signOut: () => SuperTokens.signOut(),
  isSignedIn: () => SuperTokens.doesSessionExist(),
})
