import { base64url } from 'jose'
import { type Random, systemRandom } from '../ambient.ts'

export interface PasswordHasher {
  /** Answers a PHC string: algorithm, parameters, salt and hash. */
  hash(password: string): Promise<string>
  verify(password: string, stored: string): Promise<boolean>
  /** Whether the string was made with other parameters than `hash` takes today. */
  isOutdated(stored: string): boolean
}

export interface Pbkdf2Options {
  /** @default 600_000 */
  iterations?: number
  random?: Random
}

/** What a browser can do. A server has better: see node-passwords.ts. */
export function createPbkdf2Hasher({
  iterations = 600_000,
  random = systemRandom,
}: Pbkdf2Options = {}): PasswordHasher {
  return {
    async hash(password) {
      const salt = random(16)
      const hash = await derive(password, salt, iterations)
      return `$pbkdf2-sha256$i=${iterations}$${base64url.encode(salt)}$${base64url.encode(hash)}`
    },
    async verify(password, stored) {
      const [, algorithm, parameters = '', salt = '', hash = ''] = stored.split('$')
      if (algorithm !== 'pbkdf2-sha256') return false
      const rounds = Number(parameters.replace('i=', ''))
      return sameBytes(await derive(password, base64url.decode(salt), rounds), base64url.decode(hash))
    },
    isOutdated: (stored) => !stored.startsWith(`$pbkdf2-sha256$i=${iterations}$`),
  }
}

async function derive(password: string, salt: Uint8Array, iterations: number): Promise<Uint8Array> {
  const secret = new TextEncoder().encode(password)
  const key = await crypto.subtle.importKey('raw', secret, 'PBKDF2', false, ['deriveBits'])
  const algorithm = { name: 'PBKDF2', hash: 'SHA-256', salt: new Uint8Array(salt), iterations }
  return new Uint8Array(await crypto.subtle.deriveBits(algorithm, key, 256))
}

/** Looks at every byte: the time must not tell how many were right. */
function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  let difference = a.length ^ b.length
  for (let index = 0; index < a.length; index++) difference |= (a[index] ?? 0) ^ (b[index] ?? 0)
  return difference === 0
}
