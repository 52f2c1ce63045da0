import type { AxiosRequestConfig } from 'axios'
import { describe, expect, it } from 'vitest'
import { polluted } from '../helpers/polluted.ts'
import { type AdapterKind, adapters, picture, signedIn } from './arrange.ts'

const pollution: [string, unknown][] = [
  ['baseURL', 'https://evil.test'],
  ['url', 'https://evil.test/'],
  ['allowAbsoluteUrls', false],
  ['headers', { 'X-Evil': '1', Authorization: 'Bearer evil' }],
  ['Authorization', 'Bearer evil'],
  ['common', { 'X-Evil': '1' }],
  ['skipAuth', true],
  ['auth', { username: 'evil', password: 'evil' }],
  ['method', 'delete'],
  ['params', { evil: 1 }],
  ['paramsSerializer', { serialize: () => 'evil' }],
  ['data', 'evil'],
  ['transformRequest', [() => 'evil']],
  ['transformResponse', [() => 'evil']],
  ['validateStatus', () => true],
  ['withCredentials', true],
  ['timeout', 1],
  ['signal', AbortSignal.abort()],
  ['adapter', () => Promise.reject(new Error('evil'))],
  ['gate', {}],
  ['responseType', 'stream'],
]

const requests: [string, AxiosRequestConfig][] = [
  ['a GET', { url: '/me' }],
  ['a POST', { url: '/items', method: 'post', data: { a: 1 } }],
  ['headers and parameters', { url: '/me', params: { own: 1 }, headers: { 'X-Own': '1' } }],
]

/** Not tried: a Request of Node's lets itself be polluted, whoever makes it. */
const untried: Record<AdapterKind, readonly string[]> = {
  fetch: ['method', 'headers'],
  function: ['params', 'signal', 'responseType'],
}

describe.each(adapters)('axios over %s: a polluted Object.prototype', (adapter) => {
  async function send(request: AxiosRequestConfig, properties: Record<string, unknown>, when: string) {
    const early = when === 'before' ? properties : {}
    return polluted(early, async () => {
      const { api, server, clock } = await signedIn({ adapter })
      server.expireAll()
      return polluted(properties, async () => {
        const call = api.request(request)
        await clock.advance(1000)
        const { status, data } = await call
        const ours = server.hits.map(({ authorization }) => authorization?.slice(0, 9))
        return {
          status,
          user: data.user,
          ours,
          hits: server.hits.map(picture),
          refreshes: server.refreshes.length,
        }
      })
    })
  }

  const entries = pollution.filter(([name]) => !untried[adapter].includes(name))
  const cases = requests.flatMap((request) => entries.map((entry) => [...request, ...entry] as const))

  it.each(cases)('after creation changes nothing about %s: $2', async (_, request, name, value) => {
    const clean = await send(request, {}, 'never')
    expect(clean.ours).toEqual(['Bearer ey', 'Bearer ey'])
    expect(await send(request, { [name]: value }, 'after')).toEqual(clean)
  })

  it.each(cases)('before creation changes nothing about %s: $2', async (_, request, name, value) => {
    const clean = await send(request, {}, 'never')
    expect(await send(request, { [name]: value }, 'before')).toEqual(clean)
  })
})
