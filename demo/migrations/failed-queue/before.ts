import axios, { type AxiosError, type InternalAxiosRequestConfig } from 'axios'

const headers = { 'X-Silent-Refresh': '1' }

const api = axios.create({ baseURL: '/api' })

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
      const { data } = await axios.post('/auth/refresh', {}, { headers })
      localStorage.setItem('token', data.access_token)
      processQueue(null, data.access_token)
      originalRequest.headers.Authorization = `Bearer ${data.access_token}`
      return api(originalRequest)
    } catch (refreshError) {
      processQueue(refreshError)
      localStorage.removeItem('token')
      return Promise.reject(refreshError)
    } finally {
      isRefreshing = false
    }
  },
)

export async function signIn(email: string, password: string): Promise<void> {
  const { data } = await axios.post('/auth/login', { email, password }, { headers })
  localStorage.setItem('token', data.access_token)
}

export async function signOut(): Promise<void> {
  localStorage.removeItem('token')
  await axios.post('/auth/logout', {}, { headers })
}

export function isSignedIn(): boolean {
  return localStorage.getItem('token') !== null
}

export async function get(path: string): Promise<unknown> {
  return (await api.get(path)).data
}
