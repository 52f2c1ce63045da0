import { createApp } from '../../demo/server/app.ts'
import { createArgon2Hasher } from '../../demo/server/host/node-passwords.ts'
import { createHeaderCookies } from '../../demo/server/session/cookies.ts'
import { loadKeys } from '../../demo/server/session/keys.ts'
import type { Store } from '../../demo/server/store/store.ts'

/** Milliseconds of each sign-in that was refused. */
export interface Guesses {
  unknownUser: number[]
  wrongPassword: number[]
}

const known = 'known@example.com'

/** What a guess costs for an email that exists and for one that does not, in turns: it must not tell them apart. */
export async function measureGuesses(store: Store, rounds = 60): Promise<Guesses> {
  const passwords = createArgon2Hasher()
  // With a hash of its own: other users of this store may have cheaper ones.
  const user = { id: 'known', email: known, tokenVersion: 1, createdAt: Date.now(), disabledAt: null }
  const passwordHash = await passwords.hash('correct horse')
  await store.write((records) => records.addUser({ ...user, passwordHash }))
  const app = createApp({ store, keys: await loadKeys(store), passwords, settings: { rateLimits: false } })
  const headers = {
    'content-type': 'application/json',
    'x-silent-refresh': '1',
    'sec-fetch-site': 'same-origin',
  }

  async function guess(email: string): Promise<number> {
    const body = JSON.stringify({ email, password: 'a wrong guess' })
    const request = new Request('https://app.example/auth/login', { method: 'POST', headers, body })
    const start = performance.now()
    const { status } = await app.fetch(request, createHeaderCookies(null))
    if (status !== 401) throw new Error(`a guess was answered ${status}`)
    return performance.now() - start
  }

  const guesses: Guesses = { unknownUser: [], wrongPassword: [] }
  // The first one of an app makes the hash that unknown users are checked against.
  await guess('nobody@example.com')
  for (let round = 0; round < rounds; round++) {
    guesses.unknownUser.push(await guess('nobody@example.com'))
    guesses.wrongPassword.push(await guess(known))
  }
  return guesses
}
