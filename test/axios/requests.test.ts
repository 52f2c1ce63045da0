import type { AxiosRequestConfig } from 'axios'
import { describe, expect, it } from 'vitest'
import { adapters, caught, expired, picture, signedIn } from './arrange.ts'

const bytes = Uint8Array.from([0x61, 0, 0x7f, 0x0a, 0x62])

function form() {
  const data = new FormData()
  data.append('name', 'Zoë')
  data.append('name', 'twice')
  data.append('file', new File(['a\r\nb'], 'a"b.txt', { type: 'text/plain' }))
  return data
}

const multipart = { 'Content-Type': 'multipart/form-data' }

const requests: [string, AxiosRequestConfig, unknown][] = [
  ['JSON', { method: 'post', data: { a: [1, null, 'ü'] } }, '{"a":[1,null,"ü"]}'],
  ['an array', { method: 'put', data: [1, 2] }, '[1,2]'],
  ['a string', { method: 'post', data: 'plain "text"' }, 'plain "text"'],
  [
    'a JSON string with its header',
    { method: 'post', data: '{"a":1}', headers: { 'Content-Type': 'application/json' } },
    '{"a":1}',
  ],
  ['a transform of the app', { method: 'post', data: 1, transformRequest: (data) => `<${data}>` }, '<1>'],
  ['a form', { method: 'post', data: form() }, expect.stringMatching(/name="name"\r\n\r\nZoë[\s\S]*twice/)],
  [
    'a form with its header',
    { method: 'post', data: form(), headers: multipart },
    expect.stringMatching(/Zoë/),
  ],
  [
    'a form over a JSON default',
    { method: 'patch', data: form(), headers: { Accept: 'application/json', ...multipart } },
    expect.stringMatching(/Zoë/),
  ],
  [
    'an object as a form',
    { method: 'post', data: { name: 'Zoë', list: ['twice'] }, headers: multipart },
    expect.stringMatching(/Zoë[\s\S]*twice/),
  ],
  ['search parameters', { method: 'post', data: new URLSearchParams('a=1&a=2') }, 'a=1&a=2'],
  [
    'an object as search parameters',
    { method: 'post', data: { a: 1 }, headers: { 'Content-Type': 'application/x-www-form-urlencoded' } },
    'a=1',
  ],
  ['a Blob', { method: 'post', data: new Blob(['blob'], { type: 'text/csv' }) }, 'blob'],
  ['an ArrayBuffer', { method: 'post', data: bytes.slice().buffer }, new TextDecoder().decode(bytes)],
  ['a typed array', { method: 'post', data: bytes }, new TextDecoder().decode(bytes)],
  ['a DELETE with a body', { method: 'delete', data: { ids: [1] } }, '{"ids":[1]}'],
  ['parameters', { params: { q: 'a b', list: [1, 2], nested: { x: 1 }, none: null } }, ''],
  ['a serializer of the app', { params: { q: 1 }, paramsSerializer: { serialize: () => 'own=1' } }, ''],
  ['headers', { headers: { 'X-Trace': 'abc', Accept: 'text/csv', 'X-Off': false } }, ''],
  ['HEAD', { method: 'head' }, ''],
]

describe.each(adapters)('axios over %s: requests', (adapter) => {
  it.each(requests)('sends the retry as it sent the first: %s', async (_, request, body) => {
    const { api, server, clock } = await signedIn({ adapter })
    server.expireAll()
    const call = api.request({ url: '/items', ...request })
    await clock.advance(1000)
    expect((await call).status).toBe(200)
    const [first, second, ...more] = server.hits.map(picture)
    expect(first?.body).toEqual(body)
    expect(second).toEqual(first)
    expect(more).toEqual([])
    expect(server.hits[1]?.authorization).not.toBe(server.hits[0]?.authorization)
  })

  it.each(requests)('sends once, after waiting, what bare axios would send: %s', async (_, request, body) => {
    const { api, server, clock } = await expired({ adapter })
    const call = api.request({ url: '/items', ...request })
    await clock.advance(1000)
    expect((await call).status).toBe(200)
    const [only, ...more] = server.hits.map(picture)
    expect(only?.body).toEqual(body)
    expect(more).toEqual([])
  })

  it('sends what postForm makes of an object again as it was', async () => {
    const { api, server, clock } = await signedIn({ adapter })
    server.expireAll()
    const call = api.postForm('/items', { name: 'Zoë', list: ['x', 'y'] })
    await clock.advance(1000)
    expect((await call).status).toBe(200)
    const [first, second] = server.hits.map(picture)
    expect(first?.headers['content-type']).toMatch(/^multipart\/form-data/)
    expect(first?.body).toMatch(/Zoë/)
    expect(second).toEqual(first)
  })

  it('sends a stream once: the 401 is handed on, and the refresh is there for the next', async () => {
    const { api, server, clock } = await signedIn({ adapter: 'fetch' })
    server.expireAll()
    const call = caught(api.post('/items', new Blob(['stream']).stream()))
    await clock.advance(1000)
    expect(await call).toMatchObject({ response: { status: 401, data: { code: 'token_expired' } } })
    expect(server.hits.map(({ body }) => body)).toEqual(['stream'])
    expect(server.refreshes).toHaveLength(1)
    const next = api.get('/next')
    await clock.advance(1000)
    expect((await next).status).toBe(200)
    expect([server.hits.length, server.refreshes.length]).toEqual([2, 1])
  })
})

describe('axios: requests', () => {
  it('sends no User-Agent of axios’s own, and the one that the caller wants', async () => {
    const { api, server, clock } = await signedIn()
    const calls = Promise.all([
      api.get('/me'),
      api.get('/me', { headers: { 'User-Agent': 'mine' } }),
      caught(api.get('/me', { skipAuth: true })),
      caught(api.get('https://elsewhere.test/me')),
    ])
    await clock.advance(1000)
    await calls
    const agents = server.hits.map(({ headers }) => headers.get('User-Agent'))
    expect(agents.sort()).toEqual(['mine', null, null, null])
  })

  it('lets progress callbacks see upload and download', async () => {
    const { api, server, clock } = await signedIn()
    server.expireAll()
    let uploads = 0
    const downloads: number[] = []
    const call = api.post('/items', 'x'.repeat(1000), {
      onUploadProgress: () => {
        uploads++
      },
      onDownloadProgress: ({ loaded }) => {
        downloads.push(loaded)
      },
    })
    await clock.advance(1000)
    const { status, data } = await call
    await clock.advance(0)
    expect(status).toBe(200)
    expect(data.body).toBe('x'.repeat(1000))
    expect(server.hits.map(({ body }) => body.length)).toEqual([1000, 1000])
    expect(uploads).toBeGreaterThan(0)
    expect(downloads.at(-1)).toBeGreaterThan(1000)
  })

  it('finds adapters as axios does: by name, from a list, by default', async () => {
    for (const adapter of ['fetch', ['none' as never, 'fetch'].slice(1), ['xhr', 'fetch']] as const) {
      const { api, server, clock } = await signedIn({ config: { adapter: adapter as never } })
      server.expireAll()
      const call = api.get('/me')
      await clock.advance(1000)
      expect((await call).status).toBe(200)
      expect(server.hits).toHaveLength(2)
    }
  })

  it('rejects an unknown adapter as axios does', async () => {
    const { api, clock } = await signedIn({ config: { adapter: 'pigeon' as never } })
    const call = caught(api.get('/me'))
    await clock.advance(1000)
    expect(await call).toHaveProperty('message', "Unknown adapter 'pigeon'")
  })

  it('sends by the fetch that an instance brings along', async () => {
    const sent: string[] = []
    const arranged = await signedIn()
    arranged.api.defaults.env = {
      ...arranged.api.defaults.env,
      fetch(input: RequestInfo | URL, init?: RequestInit) {
        sent.push((input as Request).url)
        return arranged.server.fetch(input, init)
      },
    } as never
    arranged.server.expireAll()
    const call = arranged.api.get('/me')
    await arranged.clock.advance(1000)
    expect((await call).status).toBe(200)
    expect(sent).toEqual(['https://app.test/me', 'https://app.test/me'])
  })
})
