import { pipeline, withBaseUrl, withHeaders, withHttpError, withTokenRefresh } from 'fetch-extras'

const headers = { 'Content-Type': 'application/json', 'X-Silent-Refresh': '1' }

let token: string | undefined

const apiFetch = pipeline(
  fetch,
  withBaseUrl(`${location.origin}/api/`),
  withHeaders(() => (token ? { Authorization: `Bearer ${token}` } : {})),
  withTokenRefresh({
    refreshToken: async () => {
      const response = await fetch('/auth/refresh', { method: 'POST', headers, body: '{}' })
      if (!response.ok) throw new Error(`The refresh was answered ${response.status}`)
      const { access_token } = (await response.json()) as { access_token: string }
      token = access_token
      return access_token
    },
  }),
  withHttpError(),
)

export async function signIn(email: string, password: string): Promise<void> {
  const body = JSON.stringify({ email, password })
  const response = await fetch('/auth/login', { method: 'POST', headers, body })
  if (!response.ok) throw new Error(`The login was answered ${response.status}`)
  token = ((await response.json()) as { access_token: string }).access_token
}

export async function signOut(): Promise<void> {
  token = undefined
  await fetch('/auth/logout', { method: 'POST', headers, body: '{}' })
}

export function isSignedIn(): boolean {
  return token !== undefined
}

export async function get(path: string): Promise<unknown> {
  return (await apiFetch(path)).json()
}
