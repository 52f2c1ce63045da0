import { decodeProtectedHeader } from 'jose'
import { describe, expect, it, vi } from 'vitest'
import { loadKeys } from '../../demo/server/session/keys.ts'
import { type Store, StoreUnavailableError } from '../../demo/server/store/store.ts'
import { createSite, meets, type Site } from './app-with.ts'
import { minute, second, stores } from './backend.ts'

const kidsOf = ({ keys }: Pick<Site, 'keys'>) => keys.jwks().keys.map(({ kid }) => kid)
const kidOf = (token: string) => decodeProtectedHeader(token).kid
const listKeys = (store: Store) => store.read((records) => records.listSigningKeys())

/** The same token under an invented key id. */
function forge(token: string, kid: string): string {
  const [, payload, signature] = token.split('.')
  const header = Buffer.from(JSON.stringify({ alg: 'ES256', typ: 'at+jwt', kid })).toString('base64url')
  return `${header}.${payload}.${signature}`
}

/** What the public reads; the only way for a resource server elsewhere. */
async function published({ visitor }: Site): Promise<(string | undefined)[]> {
  const { body } = await visitor().call('GET', '/.well-known/jwks.json')
  for (const key of body.keys as object[]) {
    expect(Object.keys(key).toSorted()).toEqual(['alg', 'crv', 'kid', 'kty', 'use', 'x', 'y'])
  }
  return (body.keys as { kid: string }[]).map(({ kid }) => kid)
}

describe.each(stores)('the signing keys with the $kind store', ({ create }) => {
  it('are published before they sign, and go on verifying once retired', async () => {
    const site = await createSite(create())
    const page = site.visitor()
    const { access_token: first } = await page.login()
    const [active, next, ...none] = await published(site)
    expect([kidOf(first), none]).toEqual([active, []])

    site.clock.advance(minute)
    await site.keys.rotate()
    const { access_token: second } = (await page.refresh()).body
    expect(kidOf(second)).toBe(next)
    expect((await published(site)).slice(0, 2)).toEqual([active, next])
    expect(new Set(await published(site)).size).toBe(3)
    for (const token of [first, second]) expect(await meets(page, token)).toBe(200)
    expect(site.keys.activeSince()).toBe(site.clock.now)
    expect((await site.entries()).at(-2)).toMatchObject({ event: 'key_rotated', detail: next?.slice(0, 8) })

    // Retired at this very moment, and not before it.
    await site.keys.removeRetired(site.clock.now)
    expect(await meets(page, first)).toBe(200)
    await site.keys.removeRetired(site.clock.now + 1)
    expect((await page.call('GET', '/api/me', first)).body.code).toBe('token_invalid')
    expect(await meets(page, second)).toBe(200)
    expect(await published(site)).not.toContain(active)
  })

  it('make one rotation of two at once', async () => {
    const store = await create()
    const instances = [await createSite(store), await createSite(store), await createSite(store)]
    const [, next] = kidsOf(instances[0]!)
    await Promise.all(instances.map(({ keys }) => keys.rotate()))
    const rows = await listKeys(store)
    const stateOf = ({ activatedAt, retiredAt }: (typeof rows)[number]) =>
      retiredAt === null ? (activatedAt === null ? 'next' : 'active') : 'retired'
    expect(rows.map(stateOf).toSorted()).toEqual(['active', 'next', 'retired'])
    expect((await instances[0]!.events()).filter((event) => event === 'key_rotated')).toHaveLength(1)
    for (const { keys, visitor } of instances) {
      await keys.reload()
      expect(kidOf((await visitor().login()).access_token)).toBe(next)
    }
  })

  it('of another instance are learnt with the first token that has one', async () => {
    const store = await create()
    const [here, there] = [await createSite(store), await createSite(store)]
    // Twice, so that a key signs that was never published while the other was looking.
    await there.keys.rotate()
    await there.keys.rotate()
    const { access_token: token } = await there.visitor().login()
    expect(kidsOf(here)).not.toContain(kidOf(token))
    here.clock.advance(second)
    expect(await meets(here.visitor(), token)).toBe(200)
    expect(kidsOf(here)).toEqual(kidsOf(there))
    expect(kidOf((await here.visitor().login()).access_token)).toBe(kidOf(token))
  })

  it('of another instance are learnt for all who come at that moment', async () => {
    const store = await create()
    const [here, there] = [await createSite(store), await createSite(store)]
    await there.keys.rotate()
    await there.keys.rotate()
    const { access_token: token } = await there.visitor().login()
    here.clock.advance(second)
    const tries = Array.from({ length: 5 }, () => meets(here.visitor(), token))
    expect(await Promise.all(tries)).toEqual([200, 200, 200, 200, 200])
  })

  it('survive a restart, and so do the tokens', async () => {
    const store = await create()
    const before = await createSite(store)
    const { access_token: token } = await before.visitor().login()
    await before.keys.rotate()
    const after = await createSite(store)
    expect(kidsOf(after)).toEqual(kidsOf(before))
    expect(await meets(after.visitor(), token)).toBe(200)
    expect(await listKeys(store)).toHaveLength(3)
  })
})

describe('a token with an unknown key id', () => {
  it('makes the store asked once a second at most, and never lets one in', async () => {
    const { keys, store, visitor, clock } = await createSite(stores[0]!.create())
    const { access_token: token } = await visitor().login()
    const read = vi.spyOn(store, 'read')
    const flood = async () => {
      for (let count = 0; count < 20; count++) {
        const answer = await visitor().call('GET', '/api/me', forge(token, `invented ${count}`))
        expect([answer.status, answer.body.code]).toEqual([401, 'token_invalid'])
      }
      return read.mock.calls.length
    }
    expect(await flood()).toBe(1)
    clock.advance(second - 1)
    expect(await flood()).toBe(1)
    clock.advance(1)
    expect(await flood()).toBe(2)
    expect(keys.jwks().keys).toHaveLength(2)
  })

  it('is no reason to sign anybody out while the store cannot tell', async () => {
    const store = await stores[0]!.create()
    const [here, there] = [await createSite(store), await createSite(store)]
    await there.keys.rotate()
    await there.keys.rotate()
    const { access_token: token } = await there.visitor().login()
    here.clock.advance(second)
    const read = vi.spyOn(store, 'read').mockRejectedValue(new StoreUnavailableError('busy'))
    expect(await meets(here.visitor(), token)).toBe(503)
    expect(await meets(here.visitor(), token)).toBe(503)
    read.mockRestore()
    here.clock.advance(second)
    expect(await meets(here.visitor(), token)).toBe(200)
  })
})

describe('a rotation', () => {
  it('is not made again by who hears of it half way', async () => {
    const store = await stores[0]!.create()
    const [here, there] = [await createSite(store), await createSite(store)]
    await there.keys.rotate()
    const rotating = here.keys.rotate()
    await here.keys.reload()
    await rotating
    expect((await here.events()).filter((event) => event === 'key_rotated')).toHaveLength(1)
  })
})

describe('the first keys', () => {
  it('are completed where a next one is missing', async () => {
    const store = await stores[0]!.create()
    const { clock } = await createSite(store)
    await store.write(async (records) => {
      for (const { kid, activatedAt } of await records.listSigningKeys()) {
        if (activatedAt === null) await records.activateSigningKey(kid, clock.now)
      }
    })
    const keys = await loadKeys(store, { clock: () => clock.now })
    expect(keys.jwks().keys).toHaveLength(3)
    await keys.rotate()
    // All that signed before are retired: none goes on verifying for ever.
    const rows = await listKeys(store)
    expect(
      rows.filter(({ activatedAt, retiredAt }) => activatedAt !== null && retiredAt === null),
    ).toHaveLength(1)
    await keys.removeRetired(clock.now + 1)
    expect(keys.jwks().keys).toHaveLength(2)
  })
})
