import axios from 'axios'
import { installAuthRefresh, setAuthHeaders } from 'token-refresh'
import { isRefused, makeAxiosApp, post, type Tokens } from '../axios-app.ts'
import { enter } from '../page.ts'

const api = axios.create({ baseURL: '/api' })

const keyed = (tokens: Tokens) => ({ accessToken: tokens.access_token, refreshToken: tokens.refresh_token })

const getTokens = async () => JSON.parse(localStorage.getItem('tokens') ?? 'null')

enter({
  ...makeAxiosApp(api),
  async start({ onSignedOut }) {
    installAuthRefresh(api, {
      refresh: async (refreshToken) => keyed(await post('/auth/refresh', { refreshToken })),
      getTokens,
      async setTokens(tokens) {
        localStorage.setItem('tokens', JSON.stringify(tokens))
      },
      isSessionExpired: ({ status }) => status === 401,
      isRefreshFailureTerminal: isRefused,
      async logout() {
        localStorage.removeItem('tokens')
        onSignedOut()
      },
    })
    const existing = await getTokens()
    if (existing?.accessToken) setAuthHeaders(api, existing.accessToken)
  },
  async signIn(email, password) {
    const tokens = keyed(await post('/auth/login', { email, password }))
    localStorage.setItem('tokens', JSON.stringify(tokens))
    setAuthHeaders(api, tokens.accessToken)
  },
  async signOut() {
    const { refreshToken } = await getTokens()
    localStorage.removeItem('tokens')
    setAuthHeaders(api, null)
    await post('/auth/logout', { refreshToken })
  },
  isSignedIn: () => localStorage.getItem('tokens') !== null,
})
