import { configureStore } from '@reduxjs/toolkit'
import { createApi, fetchBaseQuery, retry } from '@reduxjs/toolkit/query'
import { QueryClient } from '@tanstack/query-core'
import axiosRetry from 'axios-retry'
import ky from 'ky'
import { ofetch } from 'ofetch'
import { describe, expect, it } from 'vitest'
import { createAxios } from '../../src/clients/axios.ts'
import { json, unauthorized } from '../helpers/fake-server.ts'
import { dataOf, expired, outcomes, type SignedIn, signedIn, withTimersInHand } from './arrange.ts'
import { twenty } from './library.ts'

const baseUrl = 'https://app.test'

/** Each is told to repeat twice whatever fails, a 401 included. */
const libraries: Record<string, (world: SignedIn) => (path: string) => Promise<unknown>> = {
  ky({ apiFetch }) {
    const options = { limit: 2, delay: () => 100, shouldRetry: () => true }
    const http = ky.create({ baseUrl, fetch: apiFetch, retry: options })
    return (path) => http.get(path).json()
  },
  ofetch({ apiFetch }) {
    const options = { retry: 2, retryStatusCodes: [401, 500], retryDelay: 100 }
    const http = ofetch.create({ baseURL: baseUrl, ...options }, { fetch: apiFetch })
    return (path) => http(path)
  },
  'RTK Query'({ apiFetch }) {
    const options = { maxRetries: 2, backoff: async () => {} }
    const api = createApi({
      baseQuery: retry(fetchBaseQuery({ baseUrl, fetchFn: apiFetch }), options),
      endpoints: (build) => ({ read: build.query<unknown, string>({ query: (path) => path }) }),
    })
    const store = configureStore({
      reducer: { [api.reducerPath]: api.reducer },
      middleware: (others) => others({ serializableCheck: false }).concat(api.middleware),
    })
    return (path) => store.dispatch(api.endpoints.read.initiate(path)).unwrap()
  },
  'TanStack Query'({ apiFetch }) {
    const client = new QueryClient({ defaultOptions: { queries: { retry: 2, retryDelay: 100 } } })
    return (path) => client.fetchQuery({ queryKey: [path], queryFn: () => apiFetch(path).then(dataOf) })
  },
  'axios-retry'({ session }) {
    const http = createAxios(session, { adapter: 'fetch', baseURL: baseUrl })
    axiosRetry(http, { retries: 2, retryDelay: () => 100, retryCondition: () => true })
    return (path) => http.get(path)
  },
}

/** RTK Query's failures are plain objects. */
const wordsOf = (failure: unknown) => `${failure} ${JSON.stringify(failure)}`

describe.each(Object.entries(libraries))('the own retries of %s', (_, make) => {
  withTimersInHand()

  it('bring final 401s again, and no refresh', async () => {
    const world = await signedIn()
    world.server.onApi = unauthorized
    const call = make(world)
    await outcomes(world, twenty.map(call))
    // Each is sent with the old token, with the new one, and twice more by the library.
    expect(world.server.hits).toHaveLength(80)
    expect(world.server.refreshes).toHaveLength(1)
  })

  it('are sent without a token when the session is over', async () => {
    const world = await expired()
    world.server.cookie = undefined
    const call = make(world)
    await outcomes(world, twenty.map(call))
    expect(world.server.hits.map(({ authorization }) => authorization)).toEqual(Array(40).fill(null))
    expect(world.server.refreshes).toHaveLength(1)
  })

  it('ask the refresh endpoint no more often for twenty calls than for one while it is down', async () => {
    const counts: number[] = []
    for (const paths of [twenty.slice(0, 1), twenty]) {
      const world = await expired()
      world.server.onRefresh = () => json({}, { status: 503 })
      const call = make(world)
      const failures = await outcomes(world, paths.map(call))
      for (const failure of failures) expect(wordsOf(failure)).toContain('The refresh endpoint answered 503.')
      expect(world.server.hits).toHaveLength(0)
      const gaps = world.server.refreshes
        .slice(1)
        .map(({ at }, index) => at - world.server.refreshes[index]!.at)
      expect(Math.min(...gaps)).toBeGreaterThan(500)
      counts.push(gaps.length)
    }
    expect(counts[1]).toBe(counts[0])
  })
})
