import type { AxiosInstance, AxiosResponse } from 'axios'
import axios from 'axios'
import { describe, expect, it } from 'vitest'
import { attachAxios } from '../../src/clients/axios.ts'
import { createWorld } from '../helpers/world.ts'
import { adapterOf, adapters, caught, picture, signedIn } from './arrange.ts'

/** An instance with everything a user may hang on it, some before and some after ours. */
async function crowded(kind: (typeof adapters)[number]) {
  const world = createWorld()
  const { session } = await world.openSignedIn({ refreshMargin: 0 })
  const log: string[] = []
  const api = axios.create({
    adapter: adapterOf(kind, world.server),
    baseURL: 'https://app.test',
    transformRequest: [
      (data) => {
        log.push('transformRequest')
        return JSON.stringify({ wrapped: data })
      },
    ],
    transformResponse: [
      (data: string) => {
        log.push('transformResponse')
        return JSON.parse(data)
      },
    ],
  })
  function hang(instance: AxiosInstance, place: string): void {
    const seen = (response: AxiosResponse) => {
      log.push(`${place} response ${response.status}`)
      return response
    }
    instance.interceptors.request.use(
      (config) => {
        log.push(`${place} sync request`)
        return config
      },
      null,
      { synchronous: true },
    )
    instance.interceptors.request.use(async (config) => {
      await Promise.resolve()
      log.push(`${place} async request`)
      config.headers.set('X-Count', String(Number(config.headers.get('X-Count') ?? 0) + 1))
      return config
    })
    instance.interceptors.response.use(seen, (error) => {
      log.push(`${place} response ${error.response?.status}`)
      throw error
    })
    instance.interceptors.response.use(async (response) => seen(response))
  }
  hang(api, 'before')
  attachAxios(api, session)
  hang(api, 'after')
  return { ...world, session, api, log }
}

const once = [
  'after async request',
  'after sync request',
  'before async request',
  'before sync request',
  'transformRequest',
  'transformResponse',
]

describe.each(adapters)('axios over %s: interceptors and transforms', (kind) => {
  it('run once per call, in any order of attachment, and never see the hidden 401', async () => {
    const { api, log, server, clock } = await crowded(kind)
    server.expireAll()
    const call = api.post('/items', { a: 1 })
    await clock.advance(1000)
    const { status, data } = await call
    expect(status).toBe(200)
    expect(JSON.parse(data.body)).toEqual({ wrapped: { a: 1 } })
    expect(server.hits).toHaveLength(2)
    expect(server.hits[1] && picture(server.hits[1])).toEqual(server.hits[0] && picture(server.hits[0]))
    expect(server.hits[1]?.headers.get('X-Count')).toBe('2')
    expect(log.slice(0, 5).sort()).toEqual(once.slice(0, 5))
    expect(log.slice(5)).toEqual([
      'transformResponse',
      'before response 200',
      'before response 200',
      'after response 200',
      'after response 200',
    ])
  })

  it('run once per call that waited for a refresh', async () => {
    const { api, log, server, clock } = await crowded(kind)
    await clock.advance(server.lifetime)
    const call = api.post('/items', { a: 1 })
    await clock.advance(1000)
    expect((await call).status).toBe(200)
    expect([server.hits.length, server.refreshes.length]).toEqual([1, 1])
    expect(log.slice(0, 6)).toHaveLength(6)
    expect(log.slice(0, 6).sort()).toEqual(once)
  })

  it('see a final 401 once, with its body transformed once', async () => {
    const { api, log, server, clock } = await crowded(kind)
    server.onApi = () => Response.json({ hit: server.hits.length }, { status: 401 })
    const call = caught(api.post('/items', { a: 1 }))
    await clock.advance(1000)
    expect(await call).toHaveProperty('response.data', { hit: 2 })
    expect(log.filter((entry) => entry === 'transformResponse')).toHaveLength(1)
    expect(log.filter((entry) => entry.endsWith('response 401'))).toEqual([
      'before response 401',
      'after response 401',
    ])
  })
})

describe('axios: interceptors', () => {
  it('lets all synchronous interceptors send in the same breath', async () => {
    const { api } = await signedIn()
    const sent: string[] = []
    api.defaults.adapter = async (config) => {
      sent.push(config.url ?? '')
      return { data: '', status: 200, statusText: '', headers: {}, config }
    }
    const call = api.get('/now')
    await Promise.resolve()
    expect(sent).toEqual(['/now'])
    await call
  })

  it('lets a request interceptor skip the session for one request', async () => {
    const { api, server, clock } = await signedIn()
    api.interceptors.request.use((config) => {
      config.skipAuth = config.url === '/anonymous'
      return config
    })
    const calls = Promise.all([caught(api.get('/anonymous')), api.get('/me')])
    await clock.advance(1000)
    await calls
    const byPath = Object.fromEntries(server.hits.map((hit) => [hit.url.pathname, hit.authorization]))
    expect(byPath).toEqual({ '/anonymous': null, '/me': expect.stringMatching(/^Bearer ./) })
  })

  it('lets a request interceptor bring its own Authorization', async () => {
    const { api, server, clock } = await signedIn()
    api.interceptors.request.use((config) => {
      config.headers.set('Authorization', 'ApiKey 1')
      return config
    })
    const call = caught(api.get('/me'))
    await clock.advance(1000)
    expect(await call).toHaveProperty('response.status', 401)
    expect(server.hits.map(({ authorization }) => authorization)).toEqual(['ApiKey 1'])
    expect(server.refreshes).toHaveLength(0)
  })

  it.each([
    ['null', { headers: { Authorization: null } }, null],
    ['false', { headers: { Authorization: false } }, null],
    ['basic credentials', { auth: { username: 'x', password: 'y' } }, 'Basic eDp5'],
    ['a default of the instance', {}, 'Basic default'],
  ])('leaves alone an Authorization that is %s', async (what, request, sent) => {
    const { api, server, clock } = await signedIn()
    if (what.startsWith('a default')) api.defaults.headers.common.Authorization = 'Basic default'
    const call = caught(api.get('/me', request))
    await clock.advance(1000)
    expect(await call).toHaveProperty('response.status', 401)
    expect(server.hits.map(({ authorization }) => authorization)).toEqual([sent])
    expect(server.refreshes).toHaveLength(0)
  })

  it('takes an Authorization for none that an interceptor has unset', async () => {
    const { api, server, clock } = await signedIn()
    api.defaults.headers.common.Authorization = 'Basic default'
    api.interceptors.request.use((config) => {
      config.headers.delete('Authorization')
      return config
    })
    const call = api.get('/me')
    await clock.advance(1000)
    expect((await call).status).toBe(200)
    expect(server.hits[0]?.authorization).toMatch(/^Bearer ey/)
  })

  it('leaves alone the credentials of a URL', async () => {
    const { api, server, clock } = await signedIn()
    const call = caught(api.get('https://x:y@app.test/me'))
    await clock.advance(1000)
    await call
    expect(server.hits.every(({ authorization }) => authorization === 'Basic eDp5')).toBe(true)
  })
})
