import { describe, expect, it } from 'vitest'
import { createApp } from '../../demo/server/app.ts'
import { loadKeys } from '../../demo/server/session/keys.ts'
import { createPbkdf2Hasher } from '../../demo/server/session/passwords.ts'
import type { Store } from '../../demo/server/store/store.ts'
import { createBackend, stores } from './backend.ts'

const secret = 'thirty-two characters or more it is'
const readKeys = (store: Store) => store.read((records) => records.listSigningKeys())
/** A JWK says its private part under this name. */
const inClear = '"d":'

describe.each(stores)('signing keys sealed in the $kind store', ({ create }) => {
  it('leave nothing in it that signs, and sign for who has the secret', async () => {
    const store = await create()
    const keys = await loadKeys(store, { secret })
    await keys.rotate()
    for (const { jwk } of await readKeys(store)) expect(jwk).not.toContain(inClear)

    const passwords = createPbkdf2Hasher({ iterations: 1 })
    const { browser } = await createBackend(create())
    const again = await loadKeys(store, { secret })
    const app = createApp({ store, keys: again, passwords })
    expect((await browser('https://app.example', app).get('/.well-known/jwks.json')).body.keys).toHaveLength(
      3,
    )
    expect(JSON.stringify(again.jwks())).not.toMatch(/"d":|sealed/)
    const claims = { iss: 'i', aud: 'a', sub: 's', iat: 0, exp: 2e9, jti: 'j', sid: 's', ver: 1 }
    const token = await again.sign(claims)
    expect(await keys.verify(token, { issuer: 'i', audience: 'a', now: 0 })).toEqual(claims)
  })

  it.each([undefined, 'another secret of thirty-two characters'])('stop who has not: %s', async (other) => {
    const store = await create()
    await loadKeys(store, { secret })
    await expect(loadKeys(store, { secret: other })).rejects.toThrow('SIGNING_KEY_SECRET')
  })

  it('replace those in clear one rotation after the other', async () => {
    const store = await create()
    await loadKeys(store)
    const keys = await loadKeys(store, { secret })
    await keys.rotate()
    await keys.rotate()
    await keys.removeRetired(Date.now() + 1000)
    for (const { jwk } of await readKeys(store)) expect(jwk).not.toContain(inClear)
  })
})

it('refuses a secret that can be guessed', async () => {
  const [memory] = stores
  await expect(loadKeys((await memory?.create()) as Store, { secret: 'short' })).rejects.toThrow(
    '32 characters',
  )
})
