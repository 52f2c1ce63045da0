import ky from 'ky'
import { ofetch } from 'ofetch'
import createClient from 'openapi-fetch'
import { describe, expect, it } from 'vitest'
import wretch from 'wretch'
import AbortAddon from 'wretch/addons/abort'
import { expired, outcome, outcomes, withTimersInHand } from './arrange.ts'
import { describeLibrary } from './library.ts'

const baseUrl = 'https://app.test'

describeLibrary(
  'ky',
  ({ apiFetch }) => {
    const http = ky.create({ fetch: apiFetch })
    const seen: number[] = []
    const api = http.extend({
      baseUrl,
      hooks: { afterResponse: [({ response }) => void seen.push(response.status)] },
    })
    return {
      seen,
      call: (path, { body, ...options } = {}) =>
        body
          ? api.post(path, { ...options, ...(body instanceof FormData ? { body } : { json: body }) }).json()
          : api.get(path, options).json(),
    }
  },
  {
    refused: { name: 'HTTPError', response: { status: 401 } },
    unsent: { name: 'SessionEndedError', reason: 'expired' },
    aborted: { name: 'AbortError' },
    timedOut: { name: 'TimeoutError' },
  },
)

describeLibrary(
  'ofetch',
  ({ apiFetch }) => {
    const http = ofetch.create({}, { fetch: apiFetch })
    const seen: number[] = []
    const api = http.create({
      baseURL: baseUrl,
      onResponse: ({ response }) => void seen.push(response.status),
    })
    return {
      seen,
      call: (path, { body, ...options } = {}) =>
        api(path, { ...options, ...(body && { method: 'POST', body }) }),
    }
  },
  {
    refused: { name: 'FetchError', status: 401 },
    unsent: { name: 'FetchError', status: 401 },
    sendsAgain: true,
    aborted: { name: 'FetchError', cause: { name: 'AbortError' } },
    timedOut: { name: 'FetchError', cause: { name: 'TimeoutError' } },
  },
)

describeLibrary(
  'wretch',
  ({ apiFetch }) => {
    const http = wretch().fetchPolyfill(apiFetch)
    const seen: number[] = []
    const api = http
      .url(baseUrl)
      .addon(AbortAddon())
      .middlewares([
        (next) => async (url, options) => {
          const response = await next(url, options)
          seen.push(response.status)
          return response
        },
      ])
    return {
      seen,
      call(path, { body, signal, timeout } = {}) {
        const request = signal ? api.options({ signal }) : api
        const chain = body ? request.post(body, path) : request.get(path)
        return (timeout ? chain.setTimeout(timeout) : chain).json()
      },
    }
  },
  {
    refused: { status: 401, response: { status: 401 } },
    unsent: { name: 'SessionEndedError', reason: 'expired' },
    aborted: { name: 'AbortError' },
    timedOut: { name: 'AbortError' },
  },
)

interface Answers {
  get: { parameters: object; responses: { 200: { content: { 'application/json': unknown } } } }
  post: Answers['get'] & { requestBody: { content: { 'application/json': object } } }
}
type paths = Record<`/api/${string}`, Answers>

describeLibrary(
  'openapi-fetch',
  ({ apiFetch }) => {
    const http = createClient<paths>({ baseUrl, fetch: apiFetch })
    const seen: number[] = []
    http.use({ onResponse: ({ response }) => void seen.push(response.status) })
    return {
      seen,
      async call(path, { body, ...options } = {}) {
        const url = path as `/api/${string}`
        const { data, error, response } = await (body
          ? http.POST(url, { ...options, body })
          : http.GET(url, options))
        return data ?? { error, response }
      },
    }
  },
  {
    refused: { error: { code: 'token_expired' }, response: { status: 401 } },
    unsent: { name: 'SessionEndedError', reason: 'expired' },
    aborted: { name: 'AbortError' },
  },
)

describe('ky', () => {
  withTimersInHand()

  it('gives up after its own ten seconds while the refresh endpoint hangs, and hears why if it waits longer', async () => {
    const world = await expired()
    const http = ky.create({ baseUrl, fetch: world.apiFetch })
    world.server.onRefresh = () => new Promise(() => {})
    const calls = [http.get('api/me'), http.get('api/me', { timeout: 20_000 })]
    expect(await outcomes(world, calls)).toMatchObject([
      { name: 'TimeoutError' },
      { name: 'RefreshUnavailableError' },
    ])
  })
})

describe('ofetch told not to try again', () => {
  withTimersInHand()

  it('has the end of the session as the cause of its error', async () => {
    const world = await expired()
    const http = ofetch.create({ retry: false }, { fetch: world.apiFetch })
    world.server.cookie = undefined
    const failure = await outcome(world, http('/api/me'))
    expect(failure).toMatchObject({ name: 'FetchError', cause: { name: 'SessionEndedError' } })
    expect(world.server.hits).toHaveLength(0)
  })
})
