import { base64url } from 'jose'
import { type Clock, type Random, systemClock, systemRandom } from './ambient.ts'
import type { PasswordHasher } from './session/passwords.ts'
import type { Store } from './store/store.ts'

export const demoUsers = [
  { email: 'demo@example.com', password: 'correct horse' },
  { email: 'second@example.com', password: 'correct horse' },
] as const

/** Adds the demo users who are not there yet. */
export async function seedUsers(
  store: Store,
  passwords: PasswordHasher,
  { clock = systemClock, random = systemRandom }: { clock?: Clock; random?: Random } = {},
): Promise<void> {
  for (const { email, password } of demoUsers) {
    if (await store.read((records) => records.findUserByEmail(email))) continue
    const passwordHash = await passwords.hash(password)
    const id = base64url.encode(random(16))
    const user = { id, email, passwordHash, tokenVersion: 1, createdAt: clock(), disabledAt: null }
    await store.write((records) => records.addUser(user))
  }
}
