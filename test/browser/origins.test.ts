import type { IncomingMessage, ServerResponse } from 'node:http'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { describeEngines, type TestBrowser } from './engines/describe-engines.ts'
import type { Tab } from './engines/engine.ts'
import { type BuiltPage, buildPage, type Handler, type StaticServer, servePage } from './page-host.ts'

interface Seen {
  readonly path: string
  readonly method: string
  readonly authorization: string | undefined
  readonly cookie: string | undefined
}

let seen: Seen[] = []
let page: BuiltPage
let home: StaticServer
let other: StaticServer

function note(request: IncomingMessage): string {
  const { pathname } = new URL(request.url ?? '/', 'http://localhost')
  const { authorization, cookie } = request.headers
  seen.push({ path: pathname, method: request.method ?? '', authorization, cookie })
  return pathname
}

// The strictest there is, for the whole file: the library needs no inline code, no eval and no trusted types.
const policy =
  "default-src 'self'; connect-src *; img-src data:; require-trusted-types-for 'script'; trusted-types 'none'"

/** The page's own server, which sends some requests away. */
const answerAtHome: Handler = (request, response) => {
  response.setHeader('content-security-policy', policy)
  const { pathname } = new URL(request.url ?? '/', 'http://localhost')
  if (pathname === '/auth/refresh') {
    note(request)
    response.setHeader('set-cookie', 'own=cookie; Path=/')
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify({ access_token: 'renewed', expires_in: 600 }))
    return true
  }
  if (pathname !== '/api/away') return false
  response.writeHead(307, { location: `${other.origin}/elsewhere` }).end()
  return true
}

/** Ordinary CORS settings: those who may come are told, and only the usual headers are allowed. */
const answerElsewhere: Handler = (request, response) => {
  const path = note(request)
  allowOrigin(request, response)
  response.statusCode = request.method === 'OPTIONS' ? 204 : path === '/fine' ? 200 : 401
  response.end()
  return true
}

function allowOrigin(request: IncomingMessage, response: ServerResponse): void {
  response.setHeader('access-control-allow-origin', request.headers.origin ?? '*')
  response.setHeader('access-control-allow-headers', 'authorization, content-type')
}

beforeAll(async () => {
  page = await buildPage(new URL('./pages/session.ts', import.meta.url))
  home = await servePage(page.directory, answerAtHome)
  other = await servePage(page.directory, answerElsewhere)
})

afterAll(async () => {
  await home?.close()
  await other?.close()
  await page?.cleanUp()
})

beforeEach(() => {
  seen = []
})

async function openSignedIn(browser: TestBrowser, options: object = {}): Promise<Tab> {
  const tab = await browser.newTab()
  await tab.goto(`${home.origin}/?options=${encodeURIComponent(JSON.stringify(options))}`)
  await tab.waitFor(() => app.session.getSnapshot().status !== 'loading')
  await tab.evaluate(async () => {
    await app.session.signIn({ access_token: 'first' })
  })
  seen = []
  return tab
}

const requests = () => seen.filter(({ method }) => method !== 'OPTIONS')

describeEngines('a token in a browser', (browser) => {
  it('does not follow a redirect to another origin, whose 401 is not taken for an expired token', async () => {
    const tab = await openSignedIn(browser)
    const statuses = await tab.evaluate(async () => [
      (await app.apiFetch('/api/away')).status,
      (await app.api.get('/away', { validateStatus: null })).status,
      (await app.api.get('/away', { validateStatus: null, adapter: 'fetch' })).status,
    ])
    expect(statuses).toEqual([401, 401, 401])
    expect(requests().map(({ path, authorization }) => [path, authorization])).toEqual(
      Array(3).fill(['/elsewhere', undefined]),
    )
  })

  it('is not sent to an origin that is not allowed, and neither are cookies', async () => {
    const tab = await openSignedIn(browser)
    const statuses = await tab.evaluate(
      async (origin) => [
        (await app.apiFetch(`${origin}/x`)).status,
        (await app.api.get(`${origin}/x`, { validateStatus: null })).status,
        (await app.api.get(`${origin}/x`, { validateStatus: null, adapter: 'fetch' })).status,
      ],
      other.origin,
    )
    expect(statuses).toEqual([401, 401, 401])
    // None was preflighted either: nothing was added to them.
    expect(seen).toEqual(
      Array(3).fill({ path: '/x', method: 'GET', authorization: undefined, cookie: undefined }),
    )
  })

  it('is sent to an origin that is allowed, and renewed for it, without cookies', async () => {
    const tab = await openSignedIn(browser, { origins: [other.origin] })
    const statuses = await tab.evaluate(
      async (origin) => [
        (await app.apiFetch(`${origin}/fine`)).status,
        (await app.api.get(`${origin}/fine`)).status,
        (await app.api.get(`${origin}/fine`, { adapter: 'fetch' })).status,
        (await app.apiFetch(`${origin}/refused`)).status,
      ],
      other.origin,
    )
    expect(statuses).toEqual([200, 200, 200, 401])
    const sent = requests().filter(({ path }) => path !== '/auth/refresh')
    expect(sent.map(({ authorization }) => authorization)).toEqual([
      ...Array(4).fill('Bearer first'),
      'Bearer renewed',
    ])
    expect(sent.map(({ cookie }) => cookie)).toEqual(Array(5).fill(undefined))
  })

  it('needs nothing that the strictest content security policy forbids', async () => {
    const tab = await browser.newTab()
    await tab.goto(`${home.origin}/`)
    const forbidden = await tab.evaluate(async () => {
      const violations: string[] = []
      document.addEventListener('securitypolicyviolation', (event) => {
        violations.push(event.violatedDirective)
      })
      await app.session.signIn({ access_token: 'first' })
      const answers = [await app.apiFetch('/api/none'), await app.api.get('/none', { validateStatus: null })]
      await app.session.signOut().catch(() => {})
      return { violations, statuses: answers.map(({ status }) => status) }
    })
    expect(forbidden).toEqual({ violations: [], statuses: [404, 404] })
  })

  it('is in no storage, cookie, URL or global of the page', async () => {
    const tab = await openSignedIn(browser)
    const traces = await tab.evaluate(async () => {
      await app.fire(2)
      const { app: ours, ...globals } = Object.fromEntries(
        Object.getOwnPropertyNames(window)
          .filter((name) => !name.startsWith('webkit'))
          .map((name) => [name, String(Reflect.get(window, name))]),
      )
      const databases = indexedDB.databases ? await indexedDB.databases() : []
      return JSON.stringify([
        { ...localStorage },
        { ...sessionStorage },
        document.cookie,
        location.href,
        history.state,
        databases,
        globals,
        Object.entries(ours ?? {}),
        JSON.stringify(app.session),
        app.events,
      ])
    })
    expect(traces).not.toMatch(/\bfirst\b|renewed/)
  })
})
