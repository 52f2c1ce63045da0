import axios from 'axios'
import { createAuthRefresh } from 'axios-auth-refresh'
import { isRefused, makeAxiosApp, post } from '../axios-app.ts'
import { enter } from '../page.ts'

const api = axios.create({ baseURL: '/api' })

enter({
  ...makeAxiosApp(api),
  start({ onSignedOut }) {
    api.interceptors.request.use((request) => {
      const token = localStorage.getItem('token')
      if (token) request.headers.Authorization = `Bearer ${token}`
      return request
    })
    createAuthRefresh(
      // @ts-expect-error: from an ES module its types mean the AxiosInstance of CommonJS
      api,
      async (failedRequest) => {
        try {
          const { access_token } = await post('/auth/refresh')
          localStorage.setItem('token', access_token)
          failedRequest.response.config.headers.Authorization = `Bearer ${access_token}`
        } catch (error) {
          if (isRefused(error)) {
            localStorage.removeItem('token')
            onSignedOut()
          }
          throw error
        }
      },
      // With the default all but the first of parallel 401s are given to their callers.
      { deduplicateRefresh: false },
    )
  },
  async signIn(email, password) {
    localStorage.setItem('token', (await post('/auth/login', { email, password })).access_token)
  },
  async signOut() {
    localStorage.removeItem('token')
    await post('/auth/logout')
  },
  isSignedIn: () => localStorage.getItem('token') !== null,
})
