import type { AxiosError, AxiosInstance } from 'axios'
import { setupCache } from 'axios-cache-interceptor'
import MockAdapter from 'axios-mock-adapter'
import axiosRetry, { isNetworkOrIdempotentRequestError } from 'axios-retry'
import { describe, expect, it } from 'vitest'
import { attachAxios, createAxios } from '../../src/clients/axios.ts'
import { createSession } from '../../src/create-session.ts'
import { isSilentRefreshError } from '../../src/session/errors.ts'
import { functionAdapter } from '../helpers/function-adapter.ts'
import { caught, expired, outcome, outcomes, withTimersInHand } from './arrange.ts'
import { Api } from './generated/items-api.ts'
import { describeLibrary, type Library, twenty } from './library.ts'

// In Node axios makes forms of its own kind unless told otherwise.
const config = { adapter: 'fetch', baseURL: 'https://app.test', env: { FormData, Blob } } as const

/** The statuses that an interceptor of the app is shown. */
function watch(instance: AxiosInstance): number[] {
  const seen: number[] = []
  instance.interceptors.response.use(
    (response) => {
      seen.push(response.status)
      return response
    },
    (error: AxiosError) => {
      if (error.response) seen.push(error.response.status)
      throw error
    },
  )
  return seen
}

function library(instance: AxiosInstance, seen = watch(instance)): Library {
  return {
    seen,
    async call(url, { body, ...options } = {}) {
      if (!body) return (await instance.get(url, options)).data
      const send = body instanceof FormData ? instance.postForm : instance.post
      return (await send(url, body, options)).data
    },
  }
}

function mocked(api: AxiosInstance): MockAdapter {
  // @ts-expect-error As CommonJS it imports other types of axios.
  const mock = new MockAdapter(api)
  return mock
}

const refused = { name: 'AxiosError', response: { status: 401 } }
const cause = { name: 'SessionEndedError', reason: 'expired' }
const words = {
  refused: { ...refused, cause },
  unsent: { name: 'AxiosError', code: 'ERR_SESSION_ENDED', cause },
  aborted: { name: 'CanceledError', code: 'ERR_CANCELED' },
  timedOut: { name: 'AxiosError', code: 'ECONNABORTED', message: 'timeout of 20ms exceeded' },
}

describeLibrary(
  'axios-retry as it is',
  ({ session }) => {
    const api = createAxios(session, config)
    const seen = watch(api)
    axiosRetry(api)
    return library(api, seen)
  },
  { ...words, unsent: refused, sendsAgain: true },
)

describeLibrary(
  'axios-retry told to leave our rejections out',
  ({ session }) => {
    const api = createAxios(session, config)
    axiosRetry(api, {
      retryCondition: (e) => !isSilentRefreshError(e.cause) && isNetworkOrIdempotentRequestError(e),
    })
    return library(api)
  },
  words,
)

describeLibrary(
  'axios-cache-interceptor',
  ({ session }) => {
    const api = setupCache(createAxios(session, config))
    return library(api as never)
  },
  words,
)

describeLibrary(
  'axios-mock-adapter passing through',
  ({ session, server }) => {
    const api = createAxios(session, { ...config, adapter: functionAdapter(server) })
    mocked(api).onAny().passThrough()
    return library(api)
  },
  words,
)

describeLibrary(
  'a client generated from an OpenAPI document',
  ({ session }) => {
    const client = new Api(config)
    attachAxios(client.instance, session)
    return {
      seen: watch(client.instance),
      async call(path, { body, ...options } = {}) {
        const name = path.replace('/api/', '')
        const { uploadFile, writeItem, readItem } = client.api
        const fields = body && Object.fromEntries(body instanceof FormData ? body : Object.entries(body))
        if (body instanceof FormData) return (await uploadFile(name, fields as never, options)).data
        return (await (fields ? writeItem(name, fields as never, options) : readItem(name, options))).data
      },
    }
  },
  words,
)

describe('axios-cache-interceptor', () => {
  withTimersInHand()

  it('sends what twenty callers wait for once, after one refresh', async () => {
    const world = await expired()
    const api = setupCache(createAxios(world.session, config))
    const answers = await outcomes(
      world,
      twenty.map(() => api.get('/api/me')),
    )
    expect(answers).toMatchObject(Array(20).fill({ status: 200, data: { path: '/api/me' } }))
    expect(world.server.hits).toHaveLength(1)
    expect(world.server.refreshes).toHaveLength(1)
  })

  it('answers again after a sign-in what failed when the session ended', async () => {
    const world = await expired()
    const api = setupCache(createAxios(world.session, config))
    world.server.cookie = undefined
    const failures = await outcomes(
      world,
      twenty.map(() => api.get('/api/me')),
    )
    expect(failures).toMatchObject(Array(20).fill(words.unsent))
    expect(world.server.hits).toHaveLength(0)
    expect(world.server.refreshes).toHaveLength(1)
    await world.session.signIn(world.server.issue('alice'))
    expect(await outcome(world, api.get('/api/me'))).toMatchObject({ status: 200, cached: false })
  })

  it('is emptied when a session ends, lest the next user see the answers of the last', async () => {
    const world = await expired()
    const { session } = world
    const api = setupCache(createAxios(session, config))
    session.subscribe(({ type }) => type === 'ended' && api.storage.clear?.())
    expect(await outcome(world, api.get('/api/me'))).toMatchObject({ data: { user: 'alice' } })
    expect(await outcome(world, api.get('/api/me'))).toMatchObject({ cached: true })
    await outcome(world, session.signOut())
    await outcome(world, session.signIn(world.server.issue('bob')))
    expect(await outcome(world, api.get('/api/me'))).toMatchObject({ cached: false, data: { user: 'bob' } })
  })
})

describe('axios-mock-adapter', () => {
  withTimersInHand()

  it('answers twenty waiting calls after one refresh, each with the new token in its history', async () => {
    const world = await expired()
    const api = createAxios(world.session, config)
    const mock = mocked(api)
    mock.onGet().reply(({ url }) => [200, { url }])
    const calls = twenty.map((path) => api.get(path))
    expect(await outcomes(world, calls)).toMatchObject(twenty.map((url) => ({ data: { url } })))
    const tokens = mock.history.get.map(({ headers }) => headers?.Authorization)
    expect(tokens).toEqual(Array(20).fill(`Bearer ${await world.session.getAccessToken()}`))
    expect(world.server.refreshes).toHaveLength(1)
  })

  it('answers at once in the tests of an app, where there is no page and a session is inert', async () => {
    const api = createAxios(createSession({ refresh: '/auth/refresh' }))
    const mock = mocked(api)
    mock.onPost('/items').reply(201, { id: 1 }).onGet('/me').reply(401)
    expect(await api.post('/items', { a: 1 })).toMatchObject({ status: 201, data: { id: 1 } })
    expect(await caught(api.get('/me'))).toMatchObject({ response: { status: 401 } })
    expect(mock.history.post.map(({ data }) => data)).toEqual(['{"a":1}'])
    expect(mock.history.get).toHaveLength(1)
  })
})
