import { AxiosError, type AxiosRequestConfig, type ResponseType } from 'axios'
import { describe, expect, it } from 'vitest'
import { json, unauthorized } from '../helpers/fake-server.ts'
import { adapters, caught, signedIn } from './arrange.ts'

async function textOf(data: unknown): Promise<string> {
  if (data instanceof ReadableStream || data instanceof Blob || data instanceof ArrayBuffer) {
    return new Response(data).text()
  }
  return typeof data === 'string' ? data : JSON.stringify(data)
}

const types: ResponseType[] = ['text', 'json', 'arraybuffer', 'blob', 'stream']

describe.each(adapters)('axios over %s: answers', (adapter) => {
  it.each(types)(
    'reads an answer of type %s for shouldRefresh, and leaves it to the caller',
    async (responseType) => {
      const seen: string[] = []
      const { api, server, clock } = await signedIn({
        adapter,
        options: {
          async shouldRefresh({ text, status }) {
            seen.push(await text(), await text())
            return status === 200
          },
        },
      })
      const bodies = ['{"code":"UNAUTHENTICATED"}', '{"data":1}']
      server.onApi = () => new Response(bodies[server.hits.length - 1])
      const call = api.get('/graphql', { responseType })
      await clock.advance(1000)
      expect(await textOf((await call).data)).toBe(bodies[1])
      expect(seen).toEqual([bodies[0], bodies[0]])
      expect(server.hits).toHaveLength(2)
      expect(server.refreshes).toHaveLength(1)
    },
  )

  it.each(types)(
    'leaves an answer of type %s to the caller that shouldRefresh lets pass',
    async (responseType) => {
      const { api, server, clock } = await signedIn({
        adapter,
        options: { shouldRefresh: async ({ json: parse }) => (await parse()) === undefined },
      })
      server.onApi = () => new Response('{"data":1}')
      const call = api.get('/graphql', { responseType })
      await clock.advance(1000)
      expect(await textOf((await call).data)).toBe('{"data":1}')
      expect(server.refreshes).toHaveLength(0)
    },
  )

  it.each(types)('hands on a final 401 of type %s after shouldRefresh has read it', async (responseType) => {
    const { api, server, clock } = await signedIn({
      adapter,
      options: {
        shouldRefresh: async ({ json: parse }) => ((await parse()) as { code: string }).code === 'no',
      },
    })
    const call = caught(api.get('/me', { responseType }))
    server.expireAll()
    await clock.advance(1000)
    const error = (await call) as AxiosError
    expect(error.response?.status).toBe(401)
    expect(await textOf(error.response?.data)).toBe('{"code":"token_expired"}')
  })

  it.each(types)('retries after a 401 of type %s', async (responseType) => {
    const { api, server, clock } = await signedIn({ adapter })
    server.expireAll()
    const call = api.get('/me', { responseType })
    await clock.advance(1000)
    expect(await textOf((await call).data)).toContain('alice')
    expect(server.hits).toHaveLength(2)
  })

  it.each<[string, AxiosRequestConfig]>([
    ['accepts a 401', { validateStatus: (status) => status < 500 }],
    ['accepts everything', { validateStatus: null }],
    ['accepts nothing', { validateStatus: () => false }],
  ])('refreshes and retries where validateStatus %s', async (_, config) => {
    const { api, server, clock } = await signedIn({ adapter })
    server.expireAll()
    const call = api.get('/me', config).catch(({ response }: AxiosError) => response)
    await clock.advance(1000)
    expect(await call).toMatchObject({ status: 200, data: { user: 'alice' } })
    expect(server.hits).toHaveLength(2)
  })

  it('resolves with a final 401 where validateStatus accepts it', async () => {
    const { api, server, clock } = await signedIn({ adapter })
    server.onApi = unauthorized
    server.onRefresh = () => json({}, { status: 503 })
    const call = api.get('/me', { validateStatus: null })
    await clock.advance(20_000)
    expect(await call).toMatchObject({ status: 401, data: { code: 'token_expired' } })
  })

  it.each([
    ['204', new Response(null, { status: 204 }), ''],
    ['null', new Response('null'), null],
    ['false', new Response('false'), false],
    ['0', new Response('0'), 0],
    ['an empty body', new Response(''), ''],
  ])('hands on %s after a retry', async (_, answer, data) => {
    const { api, server, clock } = await signedIn({ adapter })
    server.onApi = () => (server.hits.length === 1 ? unauthorized() : answer.clone())
    const call = api.get('/empty')
    await clock.advance(1000)
    expect((await call).data).toBe(data)
    expect(server.hits).toHaveLength(2)
  })

  it('cancels the stream of the 401 that nobody sees', async () => {
    const { api, server, clock } = await signedIn({ adapter })
    const cancelled: number[] = []
    server.onApi = () => {
      const status = server.hits.length === 1 ? 401 : 200
      return new Response(new ReadableStream({ cancel: () => void cancelled.push(status) }), { status })
    }
    const call = api.get('/me', { responseType: 'stream' })
    await clock.advance(1000)
    expect((await call).status).toBe(200)
    expect(cancelled).toEqual([401])
  })
})

describe('axios: answers of an adapter of the app', () => {
  it.each([
    ['plain objects', { 'www-authenticate': 'Basic realm="x"' }],
    ['none at all', undefined],
  ])('reads headers that are %s', async (_, headers) => {
    const { api, server, clock } = await signedIn({
      config: {
        async adapter(config) {
          const response = { data: '', status: 401, statusText: '', headers: headers as never, config }
          throw new AxiosError('Request failed', 'ERR_BAD_REQUEST', config, undefined, response)
        },
      },
    })
    const call = caught(api.get('/me'))
    await clock.advance(1000)
    expect(await call).toHaveProperty('response.status', 401)
    expect(server.refreshes).toHaveLength(headers ? 0 : 1)
  })

  it.each([
    ['an object', { a: 1 }, '{"a":1}'],
    ['nothing', undefined, ''],
    ['null', null, ''],
    ['bytes', new TextEncoder().encode('bytes'), 'bytes'],
  ])('reads a body that is %s for shouldRefresh', async (_, data, text) => {
    const seen: string[] = []
    const { api, clock } = await signedIn({
      options: {
        async shouldRefresh(answer) {
          seen.push(await answer.text())
          return false
        },
      },
      config: {
        adapter: async (config) => ({ data, status: 200, statusText: '', headers: {}, config }),
      },
    })
    const call = api.get('/me', { transformResponse: (body) => body })
    await clock.advance(1000)
    expect((await call).data).toBe(data)
    expect(seen).toEqual([text])
  })
})
