import type { SessionSnapshot } from 'silent-refresh'
import { apiFetch, session } from './session.ts'

// What the five views have in common: all that has nothing to do with a framework.

export const signIn = () => signInAs('demo@example.com')

export async function signInAs(email: string): Promise<void> {
  await session.signIn(() =>
    apiFetch('/auth/login', {
      method: 'POST',
      skipAuth: true,
      headers: { 'Content-Type': 'application/json', 'X-Silent-Refresh': '1' },
      body: JSON.stringify({ email, password: 'correct horse' }),
    }),
  )
}

async function getJson(url: string): Promise<unknown> {
  const response = await apiFetch(url)
  if (!response.ok) throw new Error(`${url} was answered ${response.status}`)
  return response.json()
}

/** Makes 20 calls at once, and says what came of them. */
export async function callTwentyTimes(get: (url: string) => Promise<unknown> = getJson): Promise<string> {
  const calls = Array.from({ length: 20 }, (_, index) => get(`/api/items?n=1&call=${index}`))
  const outcomes = await Promise.allSettled(calls)
  const answered = outcomes.filter(({ status }) => status === 'fulfilled').length
  return `${answered} answered, ${outcomes.length - answered} failed`
}

/** Tells who is signed in, again whenever that may be somebody else. Returns the undo. */
export function watchUser(listener: (email: string | undefined) => void): () => void {
  let isIn = false
  /** Counts the questions, so that a late answer cannot take the place of a newer one. */
  let asked = 0

  async function ask(): Promise<void> {
    const question = ++asked
    const user = (await getJson('/api/me').catch(() => undefined)) as { email: string } | undefined
    if (question === asked) listener(user?.email)
  }

  function forget(): void {
    asked++
    listener(undefined)
  }

  function follow(mayBeAnother: boolean): void {
    const wasIn = isIn
    isIn = session.getSnapshot().status === 'authenticated'
    if (isIn && (mayBeAnother || !wasIn)) void ask()
    if (!isIn && wasIn) forget()
  }

  follow(false)
  const stop = session.subscribe(({ type }) => follow(type === 'signed-in'))
  return () => {
    asked++
    stop()
  }
}

export function describe({ status }: SessionSnapshot, email: string | undefined): string {
  if (status === 'loading') return 'loading'
  return status === 'authenticated' ? `signed in as ${email ?? '...'}` : 'signed out'
}
