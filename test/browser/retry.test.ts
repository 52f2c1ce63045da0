import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { describeEngines, type TestBrowser } from './engines/describe-engines.ts'
import type { Tab } from './engines/engine.ts'
import { type BuiltPage, buildPage, type Handler, type StaticServer, servePage } from './page-host.ts'

interface Sent {
  readonly url: string
  readonly method: string
  readonly headers: Record<string, unknown>
  readonly body: string
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  request.on('data', (chunk: Buffer) => chunks.push(chunk))
  await once(request, 'end')
  // Latin-1 keeps every byte; a multipart boundary is chosen anew for each request.
  const body = Buffer.concat(chunks).toString('latin1')
  const boundary = /boundary=(\S+)/.exec(request.headers['content-type'] ?? '')?.[1]
  return boundary ? body.replaceAll(boundary, 'BOUNDARY') : body
}

function comparable({ headers, ...sent }: Sent): object {
  const { authorization, connection, 'content-length': length, ...rest } = headers
  const type = String(rest['content-type'] ?? '')
  // The boundary of a form is chosen anew for each request, and not always as long as the last one.
  const isForm = type.startsWith('multipart/')
  return {
    ...sent,
    headers: { ...rest, 'content-type': type.replace(/boundary=\S+/, ''), ...(!isForm && { length }) },
  }
}

let sent: Sent[] = []
let refreshes = 0

/** Refuses every request once, and keeps what it was sent. */
const answer: Handler = async (request, response) => {
  const { pathname } = new URL(request.url ?? '/', 'http://localhost')
  if (pathname === '/auth/refresh') {
    refreshes++
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify({ access_token: `token-${refreshes}`, expires_in: 600 }))
    return true
  }
  if (!pathname.startsWith('/api/')) return false
  const body = await readBody(request)
  sent.push({ url: request.url ?? '', method: request.method ?? '', headers: request.headers, body })
  response.statusCode = sent.length % 2 ? 401 : 200
  response.setHeader('www-authenticate', 'Bearer')
  response.end('ok')
  return true
}

let page: BuiltPage
let server: StaticServer

beforeAll(async () => {
  page = await buildPage(new URL('./pages/session.ts', import.meta.url))
  server = await servePage(page.directory, answer)
})

afterAll(async () => {
  await server?.close()
  await page?.cleanUp()
})

beforeEach(() => {
  sent = []
  refreshes = 0
})

async function openSignedIn(browser: TestBrowser): Promise<Tab> {
  const tab = await browser.newTab()
  await tab.goto(`${server.origin}/`)
  await tab.waitFor(() => app.session.getSnapshot().status !== 'loading')
  await tab.evaluate(async () => {
    await app.session.signIn({ access_token: 'first' })
  })
  refreshes = 0
  return tab
}

function expectEqualTries(): void {
  const [first, second] = sent
  expect(sent).toHaveLength(2)
  expect(first && comparable(first)).toEqual(second && comparable(second))
  expect(first?.headers.authorization).toBe('Bearer first')
  expect(second?.headers.authorization).toMatch(/^Bearer token-/)
}

const axiosBodies = [
  'json',
  'custom transform',
  'json string',
  'form data',
  'form data, explicit multipart',
  'postForm',
  'url search params',
  'blob',
  'array buffer',
  'params and headers',
  'no body',
] as const

describeEngines('a retry in a browser', (browser) => {
  it.each(axiosBodies.flatMap((kind) => [[kind, 'xhr'] as const, [kind, 'fetch'] as const]))(
    'is byte for byte the same request: %s through axios over %s',
    async (kind, adapter) => {
      const tab = await openSignedIn(browser)
      const status = await tab.evaluate(
        async (kind, adapter) => {
          const form = new FormData()
          form.append('name', 'value')
          form.append('file', new Blob(['some \u00e4 bytes'], { type: 'text/plain' }), 'file.txt')
          const config = { adapter }
          const { api } = app
          const json = { 'Content-Type': 'application/json' }
          const sendings = {
            json: () => api.post('/x', { a: [1, 'two', null] }, config),
            'custom transform': () =>
              api.post(
                '/x',
                { a: 1 },
                { ...config, headers: json, transformRequest: [(data) => JSON.stringify(data)] },
              ),
            'json string': () => api.post('/x', '{"a":1}', { ...config, headers: json }),
            'form data': () => api.post('/x', form, config),
            'form data, explicit multipart': () =>
              api.post('/x', form, { ...config, headers: { 'Content-Type': 'multipart/form-data' } }),
            postForm: () => api.postForm('/x', { a: 1, list: ['x', 'y'] }, config),
            'url search params': () => api.post('/x', new URLSearchParams({ a: 'b c', d: '&' }), config),
            blob: () => api.post('/x', new Blob([new Uint8Array([0, 255, 10])]), config),
            'array buffer': () => api.put('/x', new Uint8Array([1, 2, 3, 0, 254]).buffer, config),
            'params and headers': () =>
              api.get('/x', { ...config, params: { q: 'a b', list: [1, 2] }, headers: { 'X-Own': 'yes' } }),
            'no body': () => api.delete('/x', config),
          }
          return (await sendings[kind]()).status
        },
        kind,
        adapter,
      )
      expect(status).toBe(200)
      expect(refreshes).toBe(1)
      expectEqualTries()
      expect(String(sent[0]?.headers['user-agent'])).not.toContain('axios')
    },
  )

  it.each([
    'string',
    'form data',
    'url search params',
    'blob',
    'bytes',
    'Request',
    'Request with a form',
  ] as const)('is byte for byte the same request: %s through fetch', async (kind) => {
    const tab = await openSignedIn(browser)
    const outcome = await tab.evaluate(async (kind) => {
      const form = new FormData()
      form.append('name', 'value')
      form.append('file', new Blob(['bytes']), 'file.bin')
      const init = { method: 'POST', headers: { 'X-Own': 'yes' } }
      const request = new Request('/api/x', { ...init, body: 'text', referrer: '/other', keepalive: true })
      const sendings = {
        string: () => app.apiFetch('/api/x', { ...init, body: 'text' }),
        'form data': () => app.apiFetch('/api/x', { ...init, body: form }),
        'url search params': () =>
          app.apiFetch('/api/x', { ...init, body: new URLSearchParams({ a: 'b c' }) }),
        blob: () => app.apiFetch(new URL('/api/x', location.href), { ...init, body: new Blob(['text']) }),
        bytes: () => app.apiFetch('/api/x', { ...init, body: new Uint8Array([0, 1, 255]) }),
        Request: () => app.apiFetch(request),
        'Request with a form': () => app.apiFetch(new Request('/api/x', { ...init, body: form })),
      }
      const response = await sendings[kind]()
      return { status: response.status, text: await response.text(), used: request.bodyUsed }
    }, kind)
    expect(outcome).toEqual({ status: 200, text: 'ok', used: kind === 'Request' })
    expect(refreshes).toBe(1)
    expectEqualTries()
  })
})
