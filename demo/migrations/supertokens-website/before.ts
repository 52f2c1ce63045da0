import SuperTokens from 'supertokens-website'

// From now on the global fetch refreshes by itself.
SuperTokens.init({ apiDomain: location.origin, apiBasePath: '/auth', tokenTransferMethod: 'cookie' })

export async function signIn(email: string, password: string): Promise<void> {
  const formFields = [
    { id: 'email', value: email },
    { id: 'password', value: password },
  ]
  const body = JSON.stringify({ formFields })
  const headers = { 'Content-Type': 'application/json' }
  const response = await fetch('/auth/signin', { method: 'POST', headers, body })
  const { status } = await response.json()
  if (status !== 'OK') throw new Error(status)
}

export async function signOut(): Promise<void> {
  await SuperTokens.signOut()
}

export async function isSignedIn(): Promise<boolean> {
  return SuperTokens.doesSessionExist()
}

export async function get(path: string): Promise<unknown> {
  const response = await fetch(`/api${path}`)
  if (!response.ok) throw new Error(`${path} was answered ${response.status}`)
  return response.json()
}
