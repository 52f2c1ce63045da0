import axios from 'axios'
import { createAuthRefresh } from 'axios-auth-refresh'

const headers = { 'X-Silent-Refresh': '1' }

const api = axios.create({ baseURL: '/api' })

api.interceptors.request.use((request) => {
  request.headers.Authorization = `Bearer ${localStorage.getItem('token')}`
  return request
})

// @ts-expect-error: from an ES module its types mean the AxiosInstance of CommonJS
createAuthRefresh(api, async (failedRequest) => {
  const { data } = await axios.post('/auth/refresh', {}, { headers })
  localStorage.setItem('token', data.access_token)
  failedRequest.response.config.headers.Authorization = `Bearer ${data.access_token}`
})

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
