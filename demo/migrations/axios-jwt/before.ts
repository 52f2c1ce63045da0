import axios from 'axios'
import { applyAuthTokenInterceptor, clearAuthTokens, isLoggedIn, setAuthTokens } from 'axios-jwt'

const api = axios.create({ baseURL: '/api' })

// @ts-expect-error: from an ES module its types mean the AxiosInstance of CommonJS
applyAuthTokenInterceptor(api, {
  requestRefresh: async (refreshToken) => {
    const { data } = await axios.post('/auth/refresh_token', { token: refreshToken })
    return { accessToken: data.access_token, refreshToken: data.refresh_token }
  },
})

export async function signIn(email: string, password: string): Promise<void> {
  const { data } = await axios.post('/auth/login', { email, password })
  await setAuthTokens({ accessToken: data.access_token, refreshToken: data.refresh_token })
}

export async function signOut(): Promise<void> {
  await clearAuthTokens()
}

export async function isSignedIn(): Promise<boolean> {
  return isLoggedIn()
}

export async function get(path: string): Promise<unknown> {
  return (await api.get(path)).data
}
