import axios, { type AxiosError, type InternalAxiosRequestConfig } from 'axios'
import type { Contestant, ContestantTab } from './contestant.ts'

const headers = { 'X-Silent-Refresh': '1' }

/** The snippet as it goes round, see `demo/migrations/failed-queue`: of each tab's own only the address is changed. */
export function loadSnippet(base: string, onSignedOut = () => {}) {
  const api = axios.create({ baseURL: `${base}/api` })

  api.interceptors.request.use((config) => {
    const token = localStorage.getItem('token')
    if (token) config.headers.Authorization = `Bearer ${token}`
    return config
  })

  let isRefreshing = false
  let failedQueue: { resolve: (token: string) => void; reject: (error: unknown) => void }[] = []

  function processQueue(error: unknown, token = ''): void {
    for (const { resolve, reject } of failedQueue) {
      if (error) reject(error)
      else resolve(token)
    }
    failedQueue = []
  }

  api.interceptors.response.use(
    (response) => response,
    async (error: AxiosError) => {
      const originalRequest = error.config as InternalAxiosRequestConfig & { _retry?: boolean }
      if (error.response?.status !== 401 || originalRequest._retry) return Promise.reject(error)

      if (isRefreshing) {
        const token = await new Promise<string>((resolve, reject) => {
          failedQueue.push({ resolve, reject })
        })
        originalRequest.headers.Authorization = `Bearer ${token}`
        return api(originalRequest)
      }

      originalRequest._retry = true
      isRefreshing = true
      try {
        const { data } = await axios.post(`${base}/auth/refresh`, {}, { headers })
        localStorage.setItem('token', data.access_token)
        processQueue(null, data.access_token)
        originalRequest.headers.Authorization = `Bearer ${data.access_token}`
        return api(originalRequest)
      } catch (refreshError) {
        processQueue(refreshError)
        localStorage.removeItem('token')
        onSignedOut()
        return Promise.reject(refreshError)
      } finally {
        isRefreshing = false
      }
    },
  )

  async function signIn(email: string, password: string): Promise<void> {
    const { data } = await axios.post(`${base}/auth/login`, { email, password }, { headers })
    localStorage.setItem('token', data.access_token)
  }

  async function signOut(): Promise<void> {
    localStorage.removeItem('token')
    await axios.post(`${base}/auth/logout`, {}, { headers })
  }

  function isSignedIn(): boolean {
    return localStorage.getItem('token') !== null
  }

  async function get(path: string): Promise<unknown> {
    return (await api.get(path)).data
  }

  return { api, signIn, signOut, isSignedIn, get }
}

export function enterSnippet(base: string): Contestant {
  const openTab = async () => ({ ...loadSnippet(base), close: () => localStorage.removeItem('token') })
  return {
    openTab,
    async signIn(email, password): Promise<ContestantTab> {
      const { signIn, ...tab } = loadSnippet(base)
      await signIn(email, password)
      return { ...tab, close: () => localStorage.removeItem('token') }
    },
  }
}
