import { describe, expect, it } from 'vitest'
import { createArgon2Hasher } from '../../demo/server/host/node-passwords.ts'
import { createPbkdf2Hasher } from '../../demo/server/session/passwords.ts'

describe.each([
  {
    kind: 'argon2id',
    hasher: createArgon2Hasher(),
    phc: /^\$argon2id\$v=19\$m=19456,t=2,p=1\$[^$]{22}\$[^$]{43}$/,
  },
  {
    kind: 'PBKDF2',
    hasher: createPbkdf2Hasher({ iterations: 1000 }),
    phc: /^\$pbkdf2-sha256\$i=1000\$[^$]{22}\$[^$]{43}$/,
  },
])('the $kind hasher', ({ hasher, phc }) => {
  it('knows the password again, and no other', async () => {
    const stored = await hasher.hash('correct horse')
    expect(stored).toMatch(phc)
    expect(await hasher.verify('correct horse', stored)).toBe(true)
    expect(await hasher.verify('Correct horse', stored)).toBe(false)
    expect(await hasher.verify('', stored)).toBe(false)
  })

  it('salts', async () => {
    expect(await hasher.hash('same')).not.toBe(await hasher.hash('same'))
  })

  it('refuses what it did not make', async () => {
    for (const stored of ['', 'plain', '$other$x=1$c2FsdA$aGFzaA']) {
      expect(await hasher.verify('plain', stored)).toBe(false)
    }
  })
})

describe('PBKDF2', () => {
  it('reads the cost from the string, so that raising it locks nobody out', async () => {
    const stored = await createPbkdf2Hasher({ iterations: 10 }).hash('correct horse')
    expect(await createPbkdf2Hasher({ iterations: 20 }).verify('correct horse', stored)).toBe(true)
  })
})
