import axios from 'axios'
// @ts-expect-error: it has no types
import { createRefreshManager } from 'axios-refresh-sync'
import { makeAxiosApp, post } from '../axios-app.ts'
import { enter } from '../page.ts'

const api = axios.create({ baseURL: '/api' })

interface Manager {
  scheduleRefresh(): void
  destroy(): void
}

let startManager: () => Manager
let manager: Manager | undefined

function clear(): void {
  localStorage.removeItem('access_token')
  localStorage.removeItem('refresh_token')
}

function save(accessToken: string, refreshToken: string): void {
  localStorage.setItem('access_token', accessToken)
  localStorage.setItem('refresh_token', refreshToken)
}

enter({
  ...makeAxiosApp(api),
  start({ lifetime, onSignedOut }) {
    api.interceptors.request.use((config) => {
      const token = localStorage.getItem('access_token')
      if (token) config.headers.Authorization = `Bearer ${token}`
      return config
    })
    startManager = () =>
      createRefreshManager({
        axiosInstance: api,
        refreshEndpoint: `${location.origin}/auth/refresh`,
        getAccessToken: () => localStorage.getItem('access_token'),
        getRefreshToken: () => localStorage.getItem('refresh_token'),
        setTokens: save,
        onRefreshFailed() {
          clear()
          onSignedOut()
        },
        // The default is a minute: too much for tokens that live shorter.
        minutesBefore: Math.min(1, lifetime / 300_000),
      })
    manager = startManager()
    manager.scheduleRefresh()
  },
  async signIn(email, password) {
    const tokens = await post('/auth/login', { email, password })
    save(tokens.access_token, tokens.refresh_token)
    manager ??= startManager()
    manager.scheduleRefresh()
  },
  async signOut() {
    const refreshToken = localStorage.getItem('refresh_token')
    manager?.destroy()
    manager = undefined
    clear()
    await post('/auth/logout', { refresh_token: refreshToken })
  },
  isSignedIn: () => localStorage.getItem('access_token') !== null,
})
