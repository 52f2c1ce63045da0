import { describe, expect, it } from 'vitest'
import { demoUsers } from '../../demo/server/seed.ts'
import { createBackend, expectPrivate, stores } from './backend.ts'

const [demo] = demoUsers
const paths = [
  'login',
  'sign-up',
  'refresh',
  'logout',
  'logout-all',
  'password/change',
  'password/reset-request',
  'password/reset',
]

describe.each(stores)(
  'with the $kind store a POST to /auth/* that may not come from our page',
  ({ create }) => {
    const good = { 'content-type': 'application/json', 'x-silent-refresh': '1' }
    const own = { ...good, origin: 'https://app.example' }
    const form = { 'content-type': 'application/x-www-form-urlencoded', 'sec-fetch-site': 'same-origin' }
    const refused: [string, Record<string, string>][] = [
      ['is cross-site', { ...good, 'sec-fetch-site': 'cross-site' }],
      [
        'comes from a sibling',
        { ...good, 'sec-fetch-site': 'same-site', origin: 'https://evil.app.example' },
      ],
      ['says same-site and claims our origin', { ...own, 'sec-fetch-site': 'same-site' }],
      ['was typed by the user', { ...good, 'sec-fetch-site': 'none' }],
      ['has a foreign origin', { ...good, origin: 'https://evil.example' }],
      ['has our origin on another port', { ...good, origin: 'https://app.example:8443' }],
      ['has an opaque origin', { ...good, origin: 'null' }],
      ['has neither Sec-Fetch-Site nor Origin', good],
      ['is a form', { ...form, 'x-silent-refresh': '1' }],
      ['only starts like JSON', { ...own, 'content-type': 'application/jsonp' }],
    ]

    it.each(refused)('is refused when it %s, and changes nothing', async (_case, headers) => {
      const { browser, events } = await createBackend(create())
      const page = browser()
      const { access_token: token } = await page.login()
      const before = await events()
      for (const path of paths) {
        const body = JSON.stringify(demo)
        const sent = { ...headers, authorization: `Bearer ${token}` }
        const answer = await page.send('POST', `/auth/${path}`, { headers: sent, body })
        expect(answer).toMatchObject({ status: 403, body: { code: 'csrf' }, cookies: [] })
        expectPrivate(answer)
      }
      expect(await events()).toEqual(before)
      expect((await page.get('/api/me', token)).status).toBe(200)
    })

    it.each(paths)('is refused at %s without the header, and changes nothing', async (path) => {
      const { browser, events } = await createBackend(create())
      const page = browser()
      const { access_token: token } = await page.login()
      const before = await events()
      const headers = { 'content-type': 'application/json', 'sec-fetch-site': 'same-origin' }
      const sent = { ...headers, authorization: `Bearer ${token}` }
      const answer = await page.send('POST', `/auth/${path}`, { headers: sent, body: JSON.stringify(demo) })
      expect(await events()).toEqual(before)
      expect(answer).toMatchObject({ status: 403, body: { code: 'csrf' }, cookies: [] })
    })

    it.each(paths)('is no GET: %s', async (path) => {
      const { browser, events } = await createBackend(create())
      const page = browser()
      await page.login()
      const before = await events()
      const answer = await page.get(`/auth/${path}`)
      expect(answer).toMatchObject({ status: 405, body: { code: 'method_not_allowed' }, cookies: [] })
      expect(answer.headers.get('allow')).toBe('POST')
      expect(await events()).toEqual(before)
    })

    it.each([
      ['our own origin where the browser has no Fetch Metadata', {}, own],
      ['an allowed origin', { origins: ['https://spa.example'] }, { ...good, origin: 'https://spa.example' }],
      [
        'an allowed origin that is cross-site',
        { origins: ['https://spa.example'] },
        { ...good, origin: 'https://spa.example', 'sec-fetch-site': 'cross-site' },
      ],
      ['a trusted host', { trustCaller: true }, good],
    ])('is answered when it comes from %s', async (_case, settings, headers) => {
      const { browser } = await createBackend(create(), settings)
      const page = browser()
      await page.login()
      expect((await page.send('POST', '/auth/refresh', { headers, body: '{}' })).status).toBe(200)
    })

    it('needs the header even from a trusted host', async () => {
      const { browser } = await createBackend(create(), { trustCaller: true })
      const headers = { 'content-type': 'application/json' }
      expect((await browser().send('POST', '/auth/refresh', { headers, body: '{}' })).body.code).toBe('csrf')
    })
  },
)
