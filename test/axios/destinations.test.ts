import axios, { AxiosError, type CreateAxiosDefaults, type InternalAxiosRequestConfig } from 'axios'
import { describe, expect, it } from 'vitest'
import { createAxios } from '../../src/clients/axios.ts'
import { unauthorized } from '../helpers/fake-server.ts'
import { foreignUrls, origins, ownUrls } from '../helpers/urls.ts'
import { createWorld } from '../helpers/world.ts'
import { signedIn } from './arrange.ts'

/** An instance whose adapter notes where each request would go, and answers 401. */
async function observed(config: CreateAxiosDefaults = {}) {
  const world = createWorld()
  const { session } = await world.openSignedIn({ origins })
  const sent: { url: string; authorization: unknown }[] = []
  const api = createAxios(session, {
    validateStatus: null,
    async adapter(request: InternalAxiosRequestConfig) {
      const { url, baseURL, allowAbsoluteUrls, headers } = request
      const full = axios.getUri({ url, baseURL, allowAbsoluteUrls } as object)
      sent.push({
        url: URL.canParse(full, world.page.baseUrl) ? new URL(full, world.page.baseUrl).href : full,
        authorization: headers.get('Authorization'),
      })
      return { data: '', status: 401, statusText: '', headers: {}, config: request }
    },
    ...config,
  })
  return { ...world, api, sent }
}

/** base URL, URL, whether absolute URLs are allowed. */
type Combination = [baseURL: string, url: string, allowAbsoluteUrls?: boolean]

const foreign: Combination[] = [
  ['https://app.test', 'https://evil.test/x'],
  ['https://app.test', '//evil.test/x'],
  ['https://app.test', 'HTTPS://evil.test/x'],
  ['/api', '//evil.test/x'],
  ['/api', 'https://app.test@evil.test/x'],
  ['https://evil.test', '/x'],
  ['https://evil.test/https://app.test', '/x'],
  ['https://app.test.evil.test', '/x'],
  ['https://app.test@evil.test', '/x'],
  ['https://app.test:444', '/x'],
  ['http://app.test', '/x'],
  ['//evil.test', 'x'],
  ['//evil.test/', ''],
  ['\\\\evil.test', 'x'],
  ['/\\evil.test', 'x'],
  ['/\t/evil.test', 'x'],
  ['', '/\\evil.test/x', false],
  ['', '\\\\evil.test/x', false],
  ['', '/\t/evil.test/x', false],
  ['', '//evil.test/x', false],
  ['/', '/\\evil.test/x', false],
  ['/', '\\evil.test/x', false],
  ['/', '\\/evil.test/x', false],
  ['/', '\t/evil.test/x', false],
]

const own: Combination[] = [
  ['https://app.test', '/x'],
  ['https://app.test/', 'x'],
  ['https://app.test', ''],
  ['/api', 'x'],
  ['/api/', '/x?y=//evil.test'],
  ['', '/x'],
  ['api', 'x'],
  ['https://evil.test', 'https://app.test/x'],
  ['https://evil.test', '//app.test/x'],
  ['https://app.test', '//evil.test/x', false],
  ['https://app.test', 'https://evil.test/x', false],
  ['https://app.test', '\\\\evil.test/x', false],
  ['https://app.test', '@evil.test/x'],
  ['https://app.test', '.evil.test/x'],
  ['https://app.test', ':444/x'],
  ['https://api.test:8443/v1', 'x'],
  ['/', '//evil.test/x', false],
  ['https://app.test', '\\evil.test/x'],
]

describe('axios: where the token goes', () => {
  it.each(foreignUrls)('sends no token to %j, and neither refreshes nor retries', async (url) => {
    const { api, sent, server, clock } = await observed()
    const call = api.get(url).catch((error: unknown) => error)
    await clock.advance(1000)
    await call
    expect(sent.length).toBeLessThanOrEqual(1)
    expect(sent.every(({ authorization }) => authorization === undefined)).toBe(true)
    expect(server.refreshes).toHaveLength(0)
  })

  it.each(ownUrls.filter((url) => !/^https:(?!\/\/)/.test(url)))(
    'sends the token to %j, also on the retry',
    async (url) => {
      const { api, sent, server, clock } = await observed()
      const call = api.get(url)
      await clock.advance(1000)
      expect((await call).status).toBe(401)
      const tokens = sent.map(({ authorization }) => authorization)
      expect(tokens).toEqual([expect.stringMatching(/^Bearer ./), expect.stringMatching(/^Bearer ./)])
      expect(tokens[0]).not.toBe(tokens[1])
      expect(server.refreshes).toHaveLength(1)
    },
  )

  it.each(foreign)(
    'sends no token to base URL %j with %j (absolute URLs allowed: %s)',
    async (baseURL, url, allowAbsoluteUrls) => {
      const { api, sent, clock } = await observed({ baseURL })
      const call = api.get(url, { ...(allowAbsoluteUrls === false && { allowAbsoluteUrls }) })
      await clock.advance(1000)
      await call
      expect(sent.map(({ authorization }) => authorization)).toEqual([undefined])
      expect(['https://app.test', ...origins.slice(0, 3)]).not.toContain(new URL(sent[0]?.url ?? '').origin)
    },
  )

  it.each(own)(
    'sends the token to base URL %j with %j (absolute URLs allowed: %s)',
    async (baseURL, url, allowAbsoluteUrls) => {
      const { api, sent, clock } = await observed({ baseURL })
      const call = api.get(url, { ...(allowAbsoluteUrls === false && { allowAbsoluteUrls }) })
      await clock.advance(1000)
      await call
      expect(sent).toHaveLength(2)
      for (const { authorization } of sent) expect(authorization).toMatch(/^Bearer ./)
      expect(['https://app.test', ...origins]).toContain(new URL(sent[0]?.url ?? '').origin)
    },
  )

  it('goes by the base URL that a request has, after interceptors have changed it', async () => {
    const { api, sent, clock } = await observed({ baseURL: 'https://app.test' })
    const interceptor = api.interceptors.request.use((config) => {
      config.baseURL = 'https://evil.test'
      return config
    })
    const call = api.get('/x')
    await clock.advance(1000)
    await call
    expect(sent).toEqual([{ url: 'https://evil.test/x', authorization: undefined }])
    api.interceptors.request.eject(interceptor)
    api.defaults.baseURL = 'https://elsewhere.test'
    const later = api.get('/x')
    await clock.advance(1000)
    await later
    expect(sent[1]).toEqual({ url: 'https://elsewhere.test/x', authorization: undefined })
  })

  it('sends no token to a relative URL while a base element leads elsewhere', async () => {
    const { api, sent, page, clock } = await observed({ baseURL: '/api' })
    page.baseUrl = 'https://evil.test/'
    const call = api.get('x')
    await clock.advance(1000)
    await call
    expect(sent).toEqual([{ url: 'https://evil.test/api/x', authorization: undefined }])
  })

  it.each([
    ['https://evil.test/api', 1, 0],
    ['https://app.test:444/api', 1, 0],
    ['https://api.test/api', 2, 1],
    ['https://app.test/elsewhere', 2, 1],
  ])('asks where a 401 came from at last: %s', async (finalUrl, hits, refreshes) => {
    const { api, server, clock } = await signedIn({ options: { origins } })
    server.onApi = () => Object.defineProperty(unauthorized(), 'url', { value: finalUrl })
    const call = api.get('/x').catch((error: unknown) => error)
    await clock.advance(1000)
    expect(await call).toHaveProperty('response.status', 401)
    expect(server.hits).toHaveLength(hits)
    expect(server.refreshes).toHaveLength(refreshes)
  })

  it.each([
    ['https://evil.test/api', 1],
    ['https://app.test/elsewhere', 2],
  ])('asks an adapter like XMLHttpRequest where a 401 came from: %s', async (responseURL, hits) => {
    const { server, clock, session } = await signedIn()
    let sent = 0
    const api = createAxios(session, {
      async adapter(config) {
        sent++
        const request = { responseURL }
        const response = { data: '', status: 401, statusText: '', headers: {}, config, request }
        throw new AxiosError('Request failed', 'ERR_BAD_REQUEST', config, request, response)
      },
    })
    const call = api.get('/x').catch((error: unknown) => error)
    await clock.advance(1000)
    expect(await call).toHaveProperty('response.status', 401)
    expect(sent).toBe(hits)
    expect(server.refreshes).toHaveLength(hits - 1)
  })

  it('does not add withCredentials', async () => {
    const seen: unknown[] = []
    const { session, clock } = await signedIn()
    const api = createAxios(session, {
      async adapter(config) {
        seen.push(Object.hasOwn(config, 'withCredentials'))
        return { data: '', status: 200, statusText: '', headers: {}, config }
      },
    })
    const call = api.get('/x')
    await clock.advance(1000)
    await call
    expect(seen).toEqual([false])
  })
})

it('follows a URL object wherever it points at the time of each call', async () => {
  const world = createWorld()
  const { session } = await world.openSignedIn({ origins })
  const sent: boolean[] = []
  const api = createAxios(session, {
    async adapter(request) {
      sent.push(request.headers.has('Authorization'))
      return { data: '', status: 200, statusText: '', headers: {}, config: request }
    },
  })
  const url = new URL('https://app.test/api/me')
  await api.get(url as never)
  url.host = 'evil.test'
  await api.get(url as never)
  // Axios cannot combine it with a base URL: where it goes is up to the adapter.
  url.host = 'app.test'
  await api.get(url as never, { baseURL: '/api' })
  expect(sent).toEqual([true, false, false])
})
