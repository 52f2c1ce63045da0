import { configureStore } from '@reduxjs/toolkit'
import { createApi, fetchBaseQuery } from '@reduxjs/toolkit/query'
import { MutationObserver, QueryCache, QueryClient, QueryObserver } from '@tanstack/query-core'
import { describe, expect, it, vi } from 'vitest'
import { dataOf, expired, type SignedIn } from './arrange.ts'
import { describeLibrary, type Library } from './library.ts'

const baseUrl = 'https://app.test'

function rtkQuery({ apiFetch }: SignedIn): Library {
  const baseQuery = fetchBaseQuery({ baseUrl, fetchFn: apiFetch })
  const seen: number[] = []
  const api = createApi({
    async baseQuery(...args) {
      const result = await baseQuery(...args)
      const status = result.meta?.response?.status
      if (status) seen.push(status)
      return result
    },
    endpoints: (build) => ({
      read: build.query<unknown, { url: string; timeout?: number }>({ query: (args) => args }),
      write: build.mutation<unknown, { url: string; body: object }>({
        query: (args) => ({ ...args, method: 'POST' }),
      }),
    }),
  })
  const store = configureStore({
    reducer: { [api.reducerPath]: api.reducer },
    middleware: (others) => others({ serializableCheck: false }).concat(api.middleware),
  })
  return {
    seen,
    call(url, { body, signal, timeout } = {}) {
      const call = body
        ? store.dispatch(api.endpoints.write.initiate({ url, body }))
        : store.dispatch(api.endpoints.read.initiate({ url, ...(timeout && { timeout }) }))
      signal?.addEventListener('abort', () => call.abort())
      return call.unwrap()
    },
  }
}

function tanStackQuery({ apiFetch }: SignedIn): Library {
  const seen: number[] = []
  const queryCache = new QueryCache({
    onSuccess: () => void seen.push(200),
    onError: (error) => 'status' in error && void seen.push(Number(error.status)),
  })
  const client = new QueryClient({ queryCache })
  const read = (path: string) =>
    client.fetchQuery({
      queryKey: [path],
      queryFn: ({ signal }) => apiFetch(path, { signal }).then(dataOf),
    })
  return {
    seen,
    call(path, { body, signal } = {}) {
      signal?.addEventListener('abort', () => client.cancelQueries({ queryKey: [path] }))
      if (!body) return read(path)
      const mutationFn = () => {
        const isForm = body instanceof FormData
        const headers = isForm ? {} : { 'Content-Type': 'application/json' }
        const sent = isForm ? body : JSON.stringify(body)
        return apiFetch(path, { method: 'POST', headers, body: sent }).then(dataOf)
      }
      return new MutationObserver(client, { mutationFn, onSuccess: () => void seen.push(200) }).mutate()
    },
  }
}

describeLibrary('RTK Query', rtkQuery, {
  refused: { status: 401, data: { code: 'token_expired' } },
  unsent: { status: 'FETCH_ERROR', error: 'SessionEndedError: The session is over (expired).' },
  aborted: { name: 'AbortError' },
  timedOut: { status: 'TIMEOUT_ERROR' },
})

describeLibrary('TanStack Query', tanStackQuery, {
  refused: { message: 'The server says no.', status: 401 },
  unsent: { name: 'SessionEndedError', reason: 'expired' },
  aborted: { message: 'CancelledError' },
})

describe('TanStack Query', () => {
  it('does not send the waiting query of a component that is gone, while the others go on', async () => {
    const { apiFetch, clock, server } = await expired()
    const client = new QueryClient()
    const stays = vi.fn()
    const leave = new QueryObserver(client, {
      queryKey: ['left'],
      queryFn: ({ signal }) => apiFetch('/api/left', { signal }).then(dataOf),
    }).subscribe(() => {})
    new QueryObserver(client, {
      queryKey: ['me'],
      queryFn: ({ signal }) => apiFetch('/api/me', { signal }).then(dataOf),
    }).subscribe(stays)
    await clock.advance(20)
    leave()
    await clock.advance(1000)
    expect(server.hits.map(({ url }) => url.pathname)).toEqual(['/api/me'])
    expect(server.refreshes).toHaveLength(1)
    expect(stays.mock.lastCall).toMatchObject([{ status: 'success', data: { path: '/api/me' } }])
    client.clear()
  })
})
