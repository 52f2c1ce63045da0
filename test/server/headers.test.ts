import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { StoreUnavailableError } from '../../demo/server/store/store.ts'
import { createSite, demo, type Site, type Visitor } from './app-with.ts'
import { type Answer, stores } from './backend.ts'
import { start } from './server.ts'

const create = stores[0]!.create

/** One answer of every kind; each from a backend of its own. */
const kinds: [string, number, (page: Visitor, site: Site) => Promise<Answer>][] = [
  ['a sign-in', 200, (page) => page.tryLogin(demo.email, demo.password)],
  ['a wrong password', 401, (page) => page.tryLogin(demo.email, 'wrong')],
  ['a sign-out', 204, (page) => page.post('/auth/logout')],
  ['a mail', 202, (page) => page.post('/auth/password/reset-request', { email: demo.email })],
  ['a refresh without a session', 401, (page) => page.refresh()],
  ['a request from elsewhere', 403, (page) => page.send('POST', '/auth/login')],
  ['a body that is none', 400, (page) => page.post('/auth/login', [])],
  ['another method', 405, (page) => page.call('GET', '/auth/login')],
  ['data', 200, async (page) => page.call('GET', '/api/me', (await page.login()).access_token)],
  ['public data', 200, (page) => page.call('GET', '/api/public')],
  ['data without a token', 401, (page) => page.call('GET', '/api/me')],
  ['the public keys', 200, (page) => page.call('GET', '/.well-known/jwks.json')],
  ['nothing', 404, (page) => page.call('GET', '/auth/nothing')],
  ['nothing elsewhere', 404, (page) => page.call('GET', '/nothing')],
  [
    'a limit',
    429,
    async (page) => {
      for (let count = 0; count < 5; count++) await page.tryLogin(demo.email, 'wrong')
      return page.tryLogin(demo.email, 'wrong')
    },
  ],
  [
    'a fault',
    500,
    (page, { store }) => {
      vi.spyOn(store, 'read').mockRejectedValue(new Error('a bug'))
      return page.tryLogin(demo.email, 'wrong')
    },
  ],
  [
    'a store in trouble',
    503,
    (page, { store }) => {
      vi.spyOn(store, 'read').mockRejectedValue(new StoreUnavailableError('busy'))
      return page.tryLogin(demo.email, 'wrong')
    },
  ],
  ['a preflight', 204, (page) => page.send('OPTIONS', '/auth/login', { origin: 'https://other.example' })],
]

function expectSecure(headers: Headers): void {
  expect(headers.get('x-content-type-options')).toBe('nosniff')
  expect(headers.get('content-security-policy')).toBe("default-src 'none'; frame-ancestors 'none'")
  expect(headers.get('x-frame-options')).toBe('DENY')
  expect(headers.get('referrer-policy')).toBe('no-referrer')
  expect(headers.get('x-powered-by')).toBeNull()
}

describe.each(kinds)('the headers of %s', (_kind, status, ask) => {
  it('keep browsers from doing anything with it', async () => {
    const site = await createSite(create())
    const answer = await ask(site.visitor('192.0.2.1'), site)
    expect(answer.status).toBe(status)
    expectSecure(answer.headers)
  })

  it('tell to come back over https, if it came over https', async () => {
    for (const [origin, told] of [
      ['https://app.example', 'max-age=31536000; includeSubDomains'],
      ['http://localhost:3000', null],
    ] as const) {
      const site = await createSite(create())
      const { headers } = await ask(site.visitor('192.0.2.1', origin), site)
      expect(headers.get('strict-transport-security')).toBe(told)
    }
  })

  it('let an allowed origin read it, and no other', async () => {
    const allowed = 'https://front.example'
    for (const origin of [allowed, 'https://evil.example', 'null']) {
      const site = await createSite(create(), { settings: { origins: [allowed] } })
      const page = site.visitor('192.0.2.1')
      const send = page.send
      page.send = (method, path, headers, body) => send(method, path, { ...headers, origin }, body)
      const { headers } = await ask(page, site)
      expect(headers.get('access-control-allow-origin')).toBe(origin === allowed ? allowed : null)
      expect(headers.get('vary')).toContain('Origin')
    }
  })
})

describe('the page’s own server', () => {
  async function serveFile(name: string, text: string): Promise<string> {
    const staticRoot = await mkdtemp(join(tmpdir(), 'silent-refresh-'))
    onTestFinished(() => rm(staticRoot, { recursive: true }))
    await writeFile(join(staticRoot, name), text)
    return (await start({ staticRoot })).url
  }

  it('lets nobody frame its page, guess its types or learn where its visitors come from', async () => {
    const response = await fetch(`${await serveFile('index.html', '<p>Hello</p>')}/`)
    expect(await response.text()).toBe('<p>Hello</p>')
    expect(response.headers.get('x-content-type-options')).toBe('nosniff')
    expect(response.headers.get('x-frame-options')).toBe('DENY')
    expect(response.headers.get('referrer-policy')).toBe('no-referrer')
  })

  it('answers what is not there with the headers of everything else', async () => {
    const { url } = await start()
    for (const path of ['/', '/nothing', '/auth', '/auth/nothing']) {
      const response = await fetch(url + path)
      expect([path, response.status]).toEqual([path, 404])
      expectSecure(response.headers)
    }
  })
})
