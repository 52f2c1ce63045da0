import axios, { type AxiosError, type InternalAxiosRequestConfig } from 'axios'
import { makeAxiosApp, post } from '../axios-app.ts'
import { enter } from '../page.ts'

const api = axios.create({ baseURL: '/api' })

let isRefreshing = false
let failedQueue: { resolve: (token: string) => void; reject: (error: unknown) => void }[] = []

function processQueue(error: unknown, token = ''): void {
  for (const { resolve, reject } of failedQueue) {
    if (error) reject(error)
    else resolve(token)
  }
  failedQueue = []
}

enter({
  ...makeAxiosApp(api),
  start({ onSignedOut }) {
    api.interceptors.request.use((config) => {
      const token = localStorage.getItem('token')
      if (token) config.headers.Authorization = `Bearer ${token}`
      return config
    })
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
          const { access_token } = await post('/auth/refresh')
          localStorage.setItem('token', access_token)
          processQueue(null, access_token)
          originalRequest.headers.Authorization = `Bearer ${access_token}`
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
