const headers = { 'Content-Type': 'application/json', 'X-Silent-Refresh': '1' }

let token: string | null = null

async function refresh(): Promise<boolean> {
  const response = await fetch('/auth/refresh', { method: 'POST', headers, body: '{}' })
  token = response.ok ? (await response.json()).access_token : null
  return response.ok
}

async function apiFetch(path: string, init: RequestInit = {}): Promise<Response> {
  const send = () => {
    const given = new Headers(init.headers)
    if (token) given.set('Authorization', `Bearer ${token}`)
    return fetch(`/api${path}`, { ...init, headers: given })
  }
  const response = await send()
  return response.status === 401 && (await refresh()) ? send() : response
}

export async function signIn(email: string, password: string): Promise<void> {
  const body = JSON.stringify({ email, password })
  const response = await fetch('/auth/login', { method: 'POST', headers, body })
  if (!response.ok) throw new Error(`The login was answered ${response.status}`)
  token = (await response.json()).access_token
}

export async function signOut(): Promise<void> {
  token = null
  await fetch('/auth/logout', { method: 'POST', headers, body: '{}' })
}

export function isSignedIn(): boolean {
  return token !== null
}

export async function get(path: string): Promise<unknown> {
  const response = await apiFetch(path)
  if (!response.ok) throw new Error(`${path} was answered ${response.status}`)
  return response.json()
}
