import axios from 'axios'
import {
  applyAuthTokenInterceptor,
  clearAuthTokens,
  getRefreshToken,
  isLoggedIn,
  setAuthTokens,
} from 'axios-jwt'
import { isRefused, makeAxiosApp, post } from '../axios-app.ts'
import { enter } from '../page.ts'

const api = axios.create({ baseURL: '/api' })

enter({
  ...makeAxiosApp(api),
  start({ lifetime, onSignedOut }) {
    // @ts-expect-error: from an ES module its types mean the AxiosInstance of CommonJS
    applyAuthTokenInterceptor(api, {
      async requestRefresh(refreshToken) {
        try {
          const tokens = await post('/auth/refresh', { token: refreshToken })
          return { accessToken: tokens.access_token, refreshToken: tokens.refresh_token }
        } catch (error) {
          if (isRefused(error)) onSignedOut()
          throw error
        }
      },
      // The default is 10 seconds: too much for tokens that live shorter.
      tokenExpireFudge: Math.min(10, lifetime / 5000),
    })
  },
  async signIn(email, password) {
    const tokens = await post('/auth/login', { email, password })
    await setAuthTokens({ accessToken: tokens.access_token, refreshToken: tokens.refresh_token })
  },
  async signOut() {
    const refreshToken = await getRefreshToken()
    await clearAuthTokens()
    await post('/auth/logout', { token: refreshToken })
  },
  isSignedIn: async () => isLoggedIn(),
})
