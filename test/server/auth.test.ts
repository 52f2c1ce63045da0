import { describe, expect, it } from 'vitest'
import { demoUsers } from '../../demo/server/seed.ts'
import { createBackend, expectPrivate, minute, stores } from './backend.ts'

const [, second] = demoUsers

describe.each(stores)('a refresh without a good token, with the $kind store', ({ create }) => {
  it.each([
    ['no cookie', undefined],
    ['an empty cookie', ''],
    ['an unknown token', 'x'.repeat(43)],
    ['garbage', '"><script>\u0000'],
    ['a novel', 'x'.repeat(8000)],
  ])('refuses %s without touching any cookie', async (_case, cookie) => {
    const { browser } = await createBackend(create())
    const page = browser()
    if (cookie !== undefined) page.jar.set('__Host-sr_rt', cookie)
    const answer = await page.refresh()
    expect(answer).toMatchObject({ status: 401, body: { code: 'no_session' }, cookies: [] })
    expectPrivate(answer)
  })

  it('ends no session because of a strange body', async () => {
    const { browser } = await createBackend(create())
    const page = browser()
    await page.login()
    for (const body of ['', 'not json', '[1]']) {
      const headers = {
        'content-type': 'application/json',
        'x-silent-refresh': '1',
        'sec-fetch-site': 'same-origin',
      }
      expect((await page.send('POST', '/auth/refresh', { headers, body })).status).toBe(200)
    }
    expect((await page.post('/auth/refresh', 'x'.repeat(17_000))).body.code).toBe('body_too_large')
  })

  it('does not take the cookie of plain http for that of https', async () => {
    const { browser } = await createBackend(create())
    const page = browser()
    await page.login()
    page.jar.set('sr_rt', page.held())
    page.jar.delete('__Host-sr_rt')
    expect((await page.refresh()).body.code).toBe('no_session')
  })
})

describe.each(stores)('logout with the $kind store', ({ create }) => {
  it('ends the family on the server and removes both cookies', async () => {
    const { browser, events } = await createBackend(create())
    const page = browser()
    const { access_token: token } = await page.login()
    const tab = page.copy()
    const answer = await page.post('/auth/logout')
    expectPrivate(answer)
    expect(answer.status).toBe(204)
    expect(answer.cookies.map(({ name, value, attributes }) => [name, value, attributes.maxAge])).toEqual([
      ['__Host-sr_rt', '', 0],
      ['sr_hint', '', 0],
    ])
    expect(page.jar.size).toBe(0)
    expect((await page.get('/api/me', token)).body.code).toBe('token_revoked')
    expect((await tab.refresh()).body.code).toBe('session_revoked')
    expect(await events()).toContain('logout')
  })

  it('may be repeated, and works with a spent cookie', async () => {
    const { browser, clock } = await createBackend(create())
    const page = browser()
    await page.login()
    const late = page.copy()
    clock.advance(minute)
    await page.refresh()
    for (const tab of [late, late, browser()]) expect((await tab.post('/auth/logout')).status).toBe(204)
    expect((await page.refresh()).body.code).toBe('session_revoked')
  })
})

describe.each(stores)('logout-all with the $kind store', ({ create }) => {
  it("kills every token of the user at once, and nobody else's", async () => {
    const { browser, clock } = await createBackend(create())
    const [page, phone, other] = [browser(), browser(), browser()]
    const { access_token: token } = await page.login()
    const { access_token: phoneToken } = await phone.login()
    const { access_token: othersToken } = await other.login(second.email)
    const answer = await page.post('/auth/logout-all', {}, { authorization: `Bearer ${token}` })
    expect(answer).toMatchObject({ status: 204, cookies: [{ name: '__Host-sr_rt' }, { name: 'sr_hint' }] })
    for (const dead of [token, phoneToken]) {
      expect((await page.get('/api/me', dead)).body.code).toBe('token_revoked')
    }
    clock.advance(minute)
    expect((await phone.refresh()).body.code).toBe('session_revoked')
    expect((await other.get('/api/me', othersToken)).status).toBe(200)
    const { access_token: again } = await page.login()
    expect((await page.get('/api/me', again)).status).toBe(200)
  })

  it('needs an access token', async () => {
    const { browser } = await createBackend(create())
    const page = browser()
    await page.login()
    const answer = await page.post('/auth/logout-all')
    expect(answer).toMatchObject({ status: 401, body: { code: 'token_missing' }, cookies: [] })
    expect(answer.headers.get('www-authenticate')).toBe('Bearer realm="api"')
  })
})
