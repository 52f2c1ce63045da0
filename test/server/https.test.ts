import { describe, expect, it } from 'vitest'
import { createSite, demo, meets } from './app-with.ts'
import { stores } from './backend.ts'

const create = stores[0]!.create
const paths = [
  '/auth/login',
  '/auth/sign-up',
  '/auth/refresh',
  '/auth/logout',
  '/auth/logout-all',
  '/auth/password/change',
  '/auth/password/reset-request',
  '/auth/password/reset',
]

describe('over plain http', () => {
  it.each([
    'http://192.168.1.7:3000',
    'http://10.0.0.1',
    'http://nas.local',
    'http://app.example',
    'http://localhost.example',
    'http://notlocalhost',
    'http://127.0.0.1.example',
    'http://[fe80::1]',
    'http://0.0.0.0:3000',
  ])('%s neither takes nor gives a secret', async (origin) => {
    const site = await createSite(create())
    const page = site.visitor(null, origin)
    const { access_token: token } = await site.visitor().login()
    const before = await site.events()
    page.jar.set('sr_rt', 'r'.repeat(43))
    for (const path of paths) {
      const answer = await page.post(path, demo, token)
      expect(answer).toMatchObject({ status: 403, body: { code: 'https_required' }, cookies: [] })
      expect(answer.headers.get('cache-control')).toBe('no-store')
    }
    for (const path of ['/auth/sessions', '/api/me', '/api/public']) {
      const answer = await page.call('GET', path, token)
      expect(answer).toMatchObject({ status: 403, body: { code: 'https_required' } })
    }
    expect(await site.events()).toEqual(before)
  })

  it.each([
    'http://localhost',
    'http://localhost:3000',
    'http://LOCALHOST:3000',
    'http://app.localhost:5173',
    'http://127.0.0.1:3000',
    'http://127.1',
    'http://127.255.0.9',
    'http://[::1]:3000',
  ])('%s works, for the developer', async (origin) => {
    const { visitor } = await createSite(create())
    const page = visitor(null, origin)
    const { access_token: token } = await page.login()
    expect([...page.jar.keys()]).toEqual(['sr_rt', 'sr_hint'])
    expect(await meets(page, token)).toBe(200)
    expect((await page.refresh()).status).toBe(200)
  })

  it('the cookie of https is not looked at, nor the other way round', async () => {
    const { visitor } = await createSite(create())
    const [plain, secure] = [visitor(null, 'http://localhost:3000'), visitor()]
    await plain.login()
    await secure.login()
    secure.jar.set('sr_rt', plain.jar.get('sr_rt') ?? '')
    secure.jar.delete('__Host-sr_rt')
    plain.jar.delete('sr_rt')
    for (const page of [plain, secure]) expect((await page.refresh()).body.code).toBe('no_session')
  })
})
