import { argon2, randomBytes, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'
import { dictionary } from '@zxcvbn-ts/language-common'
import type { PasswordHasher } from '../session/passwords.ts'

const derive = promisify(argon2)
/** Memory in KiB, passes, lanes: the second choice of the OWASP cheat sheet, some 50 ms. */
const cost = { memory: 19_456, passes: 2, parallelism: 1 }
const prefix = `$argon2id$v=19$m=${cost.memory},t=${cost.passes},p=${cost.parallelism}$`
const costPattern = /^m=(\d+),t=(\d+),p=(\d+)$/

/** argon2id, the parameters read back from the string: raising the cost locks nobody out. */
export function createArgon2Hasher(): PasswordHasher {
  return {
    async hash(password) {
      const nonce = randomBytes(16)
      const hash = await derive('argon2id', { ...cost, message: password, nonce, tagLength: 32 })
      return `${prefix}${encode(nonce)}$${encode(hash)}`
    },
    async verify(password, stored) {
      const [, algorithm, , parameters = '', salt = '', expected = ''] = stored.split('$')
      const match = costPattern.exec(parameters)
      if (algorithm !== 'argon2id' || !match) return false
      const [memory = 0, passes = 0, parallelism = 0] = match.slice(1).map(Number)
      const nonce = Buffer.from(salt, 'base64')
      const wanted = Buffer.from(expected, 'base64')
      const tagLength = wanted.length
      const input = { memory, passes, parallelism, message: password, nonce, tagLength }
      return timingSafeEqual(await derive('argon2id', input), wanted)
    },
    isOutdated: (stored) => !stored.startsWith(prefix),
  }
}

const common = new Set(dictionary['passwords-common'])

/** One of the passwords that everybody tries first: far more than the 3000 of ASVS 6.2.4. */
export function isCommonPassword(password: string): boolean {
  return common.has(password)
}

function encode(bytes: Buffer): string {
  return bytes.toString('base64').replaceAll('=', '')
}
