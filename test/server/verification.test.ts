import { describe, expect, it, vi } from 'vitest'
import { systemRandom } from '../../demo/server/ambient.ts'
import { createAccessChecker } from '../../demo/server/session/access-check.ts'
import { disableUser } from '../../demo/server/session/accounts.ts'
import { resolveSettings } from '../../demo/server/settings.ts'
import { type Store, StoreUnavailableError } from '../../demo/server/store/store.ts'
import { createSite, demo, meets, other, type Site } from './app-with.ts'
import { minute, second, stores } from './backend.ts'

const first = stores[0]!.create
const [cached, stateless] = [{ verification: 'cached' }, { verification: 'stateless' }] as const

/** All the ways in which a session can end under a token. */
const ends: [string, (site: Site, session: { id: string; sub: string }) => Promise<unknown>][] = [
  ['a revocation', ({ store, clock }, { id }) => store.write((r) => r.revokeSession(id, clock.now, 'ended'))],
  ['another token version', ({ store }, { sub }) => store.write((r) => r.raiseTokenVersion(sub))],
  [
    'a disabled user',
    ({ store, clock }) => disableUser(demo.email, { store, clock: () => clock.now, random: systemRandom }),
  ],
  [
    'the sweep of the session',
    ({ store, clock }, { id }) =>
      store.write(async (r) => {
        await r.revokeSession(id, clock.now, 'ended')
        await r.sweep({ spentBefore: 0, endedBefore: clock.now + 1, auditedBefore: 0 })
      }),
  ],
]

/** Of sessions, whatever else is read. */
function watchFinds(store: Store): { count: number } {
  const finds = { count: 0 }
  const read: Store['read'] = store.read
  vi.spyOn(store, 'read').mockImplementation((work) =>
    read((records) =>
      work({
        ...records,
        findSession(id) {
          finds.count += 1
          return records.findSession(id)
        },
      }),
    ),
  )
  return finds
}

describe.each(stores)('a strict check with the $kind store', ({ create }) => {
  it.each(ends)('sees %s at once', async (_what, endIt) => {
    const site = await createSite(create())
    const page = site.visitor()
    const { access_token: token, session } = await page.login()
    expect(await meets(page, token)).toBe(200)
    await endIt(site, session)
    expect((await page.call('GET', '/api/me', token)).body.code).toBe('token_revoked')
  })
})

describe.each(stores)('a cached check with the $kind store', ({ create }) => {
  it.each(ends)('sees %s five seconds after it last looked', async (_what, endIt) => {
    const site = await createSite(create(), { settings: cached })
    const page = site.visitor()
    const { access_token: token, session } = await page.login()
    site.clock.advance(minute)
    expect(await meets(page, token)).toBe(200)
    await endIt(site, session)
    site.clock.advance(5 * second - 1)
    expect(await meets(page, token)).toBe(200)
    site.clock.advance(1)
    expect((await page.call('GET', '/api/me', token)).body.code).toBe('token_revoked')
  })
})

describe('a cached check', () => {
  it('reads a session once, however many ask at once and until it looks again', async () => {
    const { visitor, store, clock } = await createSite(first(), {
      settings: { ...cached, cachedFor: 2 * second },
    })
    const page = visitor()
    const { access_token: token } = await page.login()
    const finds = watchFinds(store)
    for (let step = 0; step < 4; step++) {
      const answers = await Promise.all(Array.from({ length: 5 }, () => meets(page, token)))
      expect(answers).toEqual([200, 200, 200, 200, 200])
      clock.advance(500)
    }
    expect(finds.count).toBe(1)
    await meets(page, token)
    expect(finds.count).toBe(2)
  })

  it('is a strict one when nothing counts for any time', async () => {
    const site = await createSite(first(), { settings: { ...cached, cachedFor: 0 } })
    const page = site.visitor()
    const { access_token: token } = await page.login()
    expect(await meets(page, token)).toBe(200)
    await page.post('/auth/logout')
    expect(await meets(page, token)).toBe(401)
  })

  it('looks again when the clock was set back', async () => {
    const { visitor, clock } = await createSite(first(), { settings: cached })
    const page = visitor()
    const { access_token: token } = await page.login()
    clock.advance(minute)
    expect(await meets(page, token)).toBe(200)
    await page.post('/auth/logout')
    clock.advance(-5 * second)
    expect(await meets(page, token)).toBe(401)
  })

  it('sees the absolute end of a session on time', async () => {
    const settings = { ...cached, absoluteLifetime: minute, cachedFor: minute, clockTolerance: 30 * second }
    const { visitor, clock } = await createSite(first(), { settings })
    const page = visitor()
    const { access_token: token } = await page.login()
    clock.advance(minute - 1)
    expect(await meets(page, token)).toBe(200)
    clock.advance(1)
    expect((await page.call('GET', '/api/me', token)).body.code).toBe('token_revoked')
  })

  it('takes trouble with the store for no answer, and asks again', async () => {
    const { visitor, store } = await createSite(first(), { settings: cached })
    const page = visitor()
    const { access_token: token } = await page.login()
    const read = vi.spyOn(store, 'read').mockRejectedValueOnce(new StoreUnavailableError('busy'))
    const answer = await page.call('GET', '/api/items', token)
    expect(answer).toMatchObject({ status: 503, body: { code: 'unavailable' } })
    read.mockRestore()
    expect(await meets(page, token)).toBe(200)
  })

  it('goes on from what it knows while the store is in trouble', async () => {
    const { visitor, store, clock } = await createSite(first(), { settings: cached })
    const page = visitor()
    const { access_token: token } = await page.login()
    const items = async () => (await page.call('GET', '/api/items', token)).status
    expect(await items()).toBe(200)
    vi.spyOn(store, 'read').mockRejectedValue(new StoreUnavailableError('busy'))
    clock.advance(5 * second - 1)
    expect(await items()).toBe(200)
    clock.advance(1)
    expect(await items()).toBe(503)
  })

  it('mixes up no two sessions', async () => {
    const { visitor } = await createSite(first(), { settings: cached })
    const [page, phone, stranger] = [visitor(), visitor(), visitor()]
    const { access_token: token } = await page.login()
    const { access_token: phoneToken } = await phone.login()
    const { access_token: theirs } = await stranger.login(other.email)
    await page.post('/auth/logout')
    expect(await meets(page, token)).toBe(401)
    expect(await meets(page, phoneToken)).toBe(200)
    expect((await page.call('GET', '/api/me', theirs)).body).toMatchObject({ email: other.email })
  })

  it('remembers ten thousand sessions and forgets the one it looked up first', async () => {
    const { store, keys, clock } = await createSite(first())
    const finds = watchFinds(store)
    const claims = { iss: '', aud: '', sub: 'user', iat: 0, exp: clock.now / 1000 + 900, jti: '', ver: 1 }
    const check = createAccessChecker({
      store,
      clock: () => clock.now,
      settings: resolveSettings(cached),
      // The session is the first part of the token: ten thousand signatures would take their time.
      keys: { ...keys, verify: async (token) => ({ ...claims, sid: token.split('.')[0] ?? '' }) },
    })
    const ask = (sid: string) => check(`Bearer ${sid}.x.y`)
    for (let count = 0; count < 10_000; count++) await ask(`${count}`)
    expect(finds.count).toBe(10_000)
    await ask('0')
    expect(finds.count).toBe(10_000)
    await ask('one-too-many')
    await ask('0')
    expect(finds.count).toBe(10_002)
    // What is looked up again is not the oldest any more.
    clock.advance(5 * second)
    for (const sid of ['2', 'another-one', '2']) await ask(sid)
    expect(finds.count).toBe(10_004)
  })
})

describe('a stateless check', () => {
  it.each(ends)('does not see %s until the token expires', async (_what, endIt) => {
    const site = await createSite(first(), { settings: stateless })
    const page = site.visitor()
    const { access_token: token, session } = await page.login()
    await endIt(site, session)
    const finds = watchFinds(site.store)
    const items = () => page.call('GET', '/api/items', token)
    site.clock.advance(15 * minute + 5 * second - 1)
    expect((await items()).status).toBe(200)
    site.clock.advance(1)
    expect((await items()).body.code).toBe('token_expired')
    expect(finds.count).toBe(0)
    expect((await page.refresh()).status).toBe(401)
  })
})

describe.each([cached, stateless])('with the check $verification', (settings) => {
  it.each([
    ['POST', '/auth/logout-all'],
    ['POST', '/auth/password/change'],
    ['GET', '/auth/sessions'],
    ['DELETE', `/auth/sessions/${'A'.repeat(22)}`],
  ])('%s %s is for living sessions all the same', async (method, path) => {
    const site = await createSite(first(), { settings })
    const page = site.visitor()
    const { access_token: token } = await page.login()
    const phone = site.visitor()
    await phone.login()
    expect(await meets(page, token)).toBe(200)
    await page.post('/auth/logout')
    expect(await meets(page, token)).toBe(200)
    const before = await site.events()
    const body = { current_password: demo.password, new_password: 'another horse' }
    const answer = method === 'POST' ? page.post(path, body, token) : page.call(method, path, token)
    expect(await answer).toMatchObject({ status: 401, body: { code: 'token_revoked' } })
    expect(await site.events()).toEqual(before)
    expect((await phone.refresh()).status).toBe(200)
  })
})
