import { decodeProtectedHeader } from 'jose'
import { describe, expect, it } from 'vitest'
import { createSite, meets, type Site } from '../app-with.ts'
import { minute, stores } from '../backend.ts'
import { clusters } from './instances.ts'

const published = async ({ visitor }: Site) => {
  const { body } = await visitor().call('GET', '/.well-known/jwks.json')
  return (body.keys as { kid: string }[]).map(({ kid }) => kid)
}

describe.each(stores)('with the $kind store', ({ create }) => {
  it('key rotations lose no session and no access token', async () => {
    const site = await createSite(create())
    const page = site.visitor()
    const tokens = [(await page.login()).access_token]
    const known = await published(site)
    for (let rotation = 0; rotation < 5; rotation++) {
      site.clock.advance(minute)
      await site.keys.rotate()
      tokens.push((await page.refresh()).body.access_token)
    }
    const kids = tokens.map((token) => decodeProtectedHeader(token).kid)
    expect(new Set(kids).size).toBe(6)
    // Published before it signed.
    expect(kids.slice(0, 2)).toEqual(known)
    for (const token of tokens) expect(await meets(page, token)).toBe(200)
    expect(await published(site)).toEqual([...kids, expect.any(String)])
    expect((await site.events()).filter((event) => event === 'key_rotated')).toHaveLength(5)
  })

  it('the tokens of a removed key fail, and a refresh brings one that is good', async () => {
    const site = await createSite(create())
    const page = site.visitor()
    const { access_token: token } = await page.login()
    const { kid } = decodeProtectedHeader(token)
    site.clock.advance(minute)
    await site.keys.rotate()
    await site.keys.removeRetired(site.clock.now)
    expect(await meets(page, token)).toBe(200)
    await site.keys.removeRetired(site.clock.now + 1)
    const answer = await page.call('GET', '/api/me', token)
    expect(answer).toMatchObject({ status: 401, body: { code: 'token_invalid' } })
    expect(answer.headers.get('www-authenticate')).toBe(
      'Bearer realm="api", error="invalid_token", error_description="invalid"',
    )
    expect(await published(site)).not.toContain(kid)
    const { status, body } = await page.refresh()
    expect(status).toBe(200)
    expect(await meets(page, body.access_token)).toBe(200)
  })

  it('the key that signs and the next one are never removed', async () => {
    const site = await createSite(create())
    const before = await published(site)
    await site.keys.removeRetired(Number.MAX_SAFE_INTEGER)
    expect(await published(site)).toEqual(before)
    const page = site.visitor()
    expect(await meets(page, (await page.login()).access_token)).toBe(200)
  })

  it('a rotation that fails leaves the key that signs', async () => {
    const store = await create()
    let fails = false
    const site = await createSite({
      ...store,
      write: (work) => (fails ? Promise.reject(new Error('no')) : store.write(work)),
    })
    const before = await published(site)
    fails = true
    await expect(site.keys.rotate()).rejects.toThrow('no')
    fails = false
    expect(await published(site)).toEqual(before)
    const page = site.visitor()
    expect(await meets(page, (await page.login()).access_token)).toBe(200)
  })
})

describe.each(clusters)('two instances on one $kind database', ({ open }) => {
  it('take each other’s tokens whichever of them has heard of a rotation', async () => {
    const { sites, first, advance, at } = await open(2)
    const [, second] = sites
    const page = first.visitor()
    const tokens = [(await page.login()).access_token]
    for (let rotation = 0; rotation < 3; rotation++) {
      advance(minute)
      await first.keys.rotate()
      tokens.push((await page.refresh()).body.access_token)
      // This one still signs with the retired key.
      tokens.push((await at(1, page).refresh()).body.access_token)
    }
    for (const token of tokens) {
      for (const index of [0, 1]) expect(await meets(at(index, page), token)).toBe(200)
    }
    await second?.keys.reload()
    expect(second?.keys.jwks()).toEqual(first.keys.jwks())
  })

  it('rotate once when both find the key too old', async () => {
    const { sites, first } = await open(2)
    await Promise.all(sites.map(({ keys }) => keys.rotate()))
    expect((await first.events()).filter((event) => event === 'key_rotated')).toHaveLength(1)
    expect(await published(first)).toHaveLength(3)
    for (const site of sites) {
      const page = site.visitor()
      expect(await meets(page, (await page.login()).access_token)).toBe(200)
    }
  })
})
