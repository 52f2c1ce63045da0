import { describe, expect, it } from 'vitest'
import { createSite, meets, type Site, type Visitor } from '../app-with.ts'
import { day, minute, stores } from '../backend.ts'

async function findSession({ store }: Site, id: string) {
  return store.read((records) => records.findSession(id))
}

describe.each(stores)('a sign-out with the $kind store', ({ create }) => {
  it.each<[string, (token: string) => string | undefined, number]>([
    ['an expired one', (token) => token, day],
    ['a revoked one of another session', (token) => token, 0],
    ['nonsense', () => 'nonsense', 0],
    ['none', () => undefined, 0],
  ])('needs no good access token, ends the family and may be repeated: %s', async (_case, choose, wait) => {
    const site = await createSite(create())
    const stale = await site.visitor().login()
    const page = site.visitor()
    const { access_token: token, session } = await page.login()
    if (wait === 0) await site.store.write((records) => records.revokeSession(stale.session.id, 0, 'logout'))
    site.clock.advance(wait)
    const tabs = [page, page.copy(), page.copy()]
    for (const tab of tabs) {
      const answer = await tab.post('/auth/logout', {}, choose(wait === 0 ? stale.access_token : token))
      expect(answer).toMatchObject({ status: 204, cookies: [{ value: '' }, { value: '' }] })
      expect(tab.jar.size).toBe(0)
    }
    expect(await findSession(site, session.id)).toMatchObject({
      revokedAt: site.clock.now,
      revokedReason: 'logout',
    })
    expect((await page.post('/auth/logout')).status).toBe(204)
  })

  it('of eight tabs at once is one', async () => {
    const site = await createSite(create())
    const page = site.visitor()
    const { access_token: token, session } = await page.login()
    const tabs = Array.from({ length: 8 }, () => page.copy())
    const answers = await Promise.all(tabs.map((tab) => tab.post('/auth/logout')))
    expect(answers.map(({ status }) => status)).toEqual(Array(8).fill(204))
    expect(await findSession(site, session.id)).toMatchObject({ revokedReason: 'logout' })
    expect(await meets(page, token)).toBe(401)
    expect((await page.refresh()).body.code).toBe('session_revoked')
  })

  it('with a token from any time of the session ends it, and leaves the first end as it was', async () => {
    const site = await createSite(create())
    const sessions: [Visitor, string][] = []
    for (const age of [0, 1, 2]) {
      const page = site.visitor()
      const { session } = await page.login()
      const held = [page.copy()]
      for (const _ of [1, 2]) {
        site.clock.advance(minute)
        await page.refresh()
        held.push(page.copy())
      }
      sessions.push([held[age] ?? page, session.id])
    }
    for (const [tab, id] of sessions) {
      const again = tab.copy()
      await tab.post('/auth/logout')
      const ended = site.clock.now
      site.clock.advance(minute)
      await again.post('/auth/logout')
      expect(await findSession(site, id)).toMatchObject({ revokedAt: ended, revokedReason: 'logout' })
    }
  })

  it('of a session that has ended already, or of none, is a sign-out like any other', async () => {
    const site = await createSite(create())
    const page = site.visitor()
    const { access_token: token } = await page.login()
    await page.copy().post('/auth/logout-all', {}, token)
    const garbage = site.visitor()
    garbage.jar.set('__Host-sr_rt', 'x'.repeat(43))
    for (const visitor of [page, garbage, site.visitor()]) {
      expect((await visitor.post('/auth/logout')).status).toBe(204)
      expect(visitor.jar.size).toBe(0)
    }
  })
})

describe.each(stores)('a sign-in with a cookie of before, with the $kind store', ({ create }) => {
  it('starts a new family and ends the old one, whether its token was spent or not', async () => {
    for (const rotations of [0, 1, 2]) {
      const site = await createSite(create())
      const page = site.visitor()
      const { access_token: token, session } = await page.login()
      const old = page.copy()
      for (let rotation = 0; rotation < rotations; rotation++) {
        site.clock.advance(minute)
        await page.refresh()
      }
      const next = await old.login()
      expect(next.session.id).not.toBe(session.id)
      expect(await findSession(site, session.id)).toMatchObject({ revokedReason: 'replaced' })
      expect(await meets(page, token)).toBe(401)
      expect((await page.refresh()).body.code).toBe('session_revoked')
      expect((await old.refresh()).body.session.id).toBe(next.session.id)
    }
  })
})
