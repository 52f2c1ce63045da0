import { ApolloClient, ApolloLink, gql, HttpLink, InMemoryCache } from '@apollo/client'
import { Client, fetchExchange, mapExchange } from '@urql/core'
import { ClientError, GraphQLClient } from 'graphql-request'
import { tap } from 'rxjs'
import { describe, expect, it, vi } from 'vitest'
import { type Hit, json } from '../helpers/fake-server.ts'
import {
  type Arrangement,
  expired,
  outcome,
  outcomes,
  type SignedIn,
  signedIn,
  withTimersInHand,
} from './arrange.ts'
import { describeLibrary, type Library, twenty } from './library.ts'

const url = 'https://app.test/api/graphql'
const read = 'query Read($path: String!) { me(path: $path) { user path } }'
const write = 'mutation Write($path: String!, $name: String!) { me(path: $path, name: $name) { user path } }'

interface Answer {
  readonly me: { readonly user: string; readonly path: string }
}

/** urql asks with GET. */
function pathOf({ url, body }: Pick<Hit, 'url' | 'body'>): string {
  return (body ? JSON.parse(body).variables : JSON.parse(url.searchParams.get('variables') ?? '{}')).path
}

/** The answers of the fake server in GraphQL's words. */
const reworded: Arrangement['reworded'] = (transport) => async (input, init) => {
  const response = await transport(input, init)
  if (!response.ok) return response
  const { user, body } = await response.json()
  return json({
    data: { me: { __typename: 'User', user, path: pathOf({ url: new URL(String(input)), body }) } },
  })
}

/** Those of a server that answers 200 whatever happens. */
const alwaysOk: Arrangement['reworded'] = (transport) => async (input, init) => {
  const response = (await reworded?.(transport)(input, init)) as Response
  if (response.ok) return response
  const errors = [{ message: 'Sign in first.', extensions: { code: 'UNAUTHENTICATED' } }]
  return json({ data: null, errors })
}

const speech = {
  reworded,
  pathOf,
  bodies: { 'a mutation': () => ({ name: 'Zoë' }) },
}

function apolloClient(apiFetch: typeof fetch, seen: number[] = []): ApolloClient {
  const link = new HttpLink({ uri: url, fetch: apiFetch })
  const spy = new ApolloLink((operation, forward) => {
    const note = () => {
      const { response } = operation.getContext()
      if (response) seen.push(response.status)
    }
    return forward(operation).pipe(tap({ next: note, error: note }))
  })
  return new ApolloClient({ link: spy.concat(link), cache: new InMemoryCache() })
}

function apollo({ apiFetch }: SignedIn): Library {
  const seen: number[] = []
  const client = apolloClient(apiFetch, seen)
  return {
    seen,
    async call(path, { body, signal } = {}) {
      const context = { fetchOptions: { signal } }
      const { data } = body
        ? await client.mutate<Answer>({ mutation: gql(write), variables: { path, ...body }, context })
        : await client.query<Answer>({ query: gql(read), variables: { path }, context })
      return data?.me
    },
  }
}

function urqlClient(apiFetch: typeof fetch, seen: number[] = []): Client {
  const spy = mapExchange({
    onResult({ error }) {
      const response: Response | undefined = error?.response
      if (!error || response) seen.push(response?.status ?? 200)
    },
  })
  const exchanges = [spy, fetchExchange]
  const client = new Client({ url, exchanges, fetch: apiFetch })
  return client
}

function urql({ apiFetch }: SignedIn): Library {
  const seen: number[] = []
  const client = urqlClient(apiFetch, seen)
  return {
    seen,
    async call(path, { body } = {}) {
      const variables = { path, ...body }
      const { data, error } = await (body
        ? client.mutation<Answer>(write, variables)
        : client.query<Answer>(read, variables))
      return data?.me ?? error
    },
  }
}

function graphqlRequest({ apiFetch }: SignedIn): Library {
  const client = new GraphQLClient(url, { fetch: apiFetch })
  const seen: number[] = []
  client.requestConfig.responseMiddleware = (answer) => {
    if (answer instanceof ClientError) seen.push(answer.response.status)
    else if (!(answer instanceof Error)) seen.push(answer.status)
  }
  return {
    seen,
    async call(path, { body, signal } = {}) {
      const variables = { path, ...body }
      const document = body ? write : read
      return (await client.request<Answer>({ document, variables, ...(signal && { signal }) })).me
    },
  }
}

describeLibrary(
  'Apollo Client',
  apollo,
  {
    refused: { name: 'ServerError', statusCode: 401 },
    unsent: { name: 'SessionEndedError', reason: 'expired' },
    aborted: { name: 'AbortError' },
  },
  speech,
)

describeLibrary(
  'graphql-request',
  graphqlRequest,
  {
    refused: { response: { status: 401 } },
    unsent: { name: 'SessionEndedError', reason: 'expired' },
    aborted: { name: 'AbortError' },
  },
  speech,
)

describeLibrary(
  'urql',
  urql,
  {
    refused: { name: 'CombinedError', response: { status: 401 } },
    unsent: { name: 'CombinedError', networkError: { name: 'SessionEndedError', reason: 'expired' } },
  },
  speech,
)

describe('urql', () => {
  it('does not send a waiting query that nobody listens to any more, while the others go on', async () => {
    const world = await expired({ reworded })
    const client = urqlClient(world.apiFetch)
    const left = vi.fn()
    const stays = vi.fn()
    const leaving = client.query(read, { path: '/api/left' }).subscribe(left)
    client.query(read, { path: '/api/other' }).subscribe(stays)
    await world.clock.advance(20)
    leaving.unsubscribe()
    await world.clock.advance(1000)
    expect(world.server.hits.map(pathOf)).toEqual(['/api/other'])
    expect(world.server.refreshes).toHaveLength(1)
    expect(left).not.toHaveBeenCalled()
    expect(stays.mock.lastCall).toMatchObject([{ data: { me: { path: '/api/other' } } }])
  })
})

describe('Apollo Client', () => {
  it('does not send the waiting query of a component that is gone, while the others go on', async () => {
    const world = await expired({ reworded })
    const client = apolloClient(world.apiFetch)
    const left = vi.fn()
    const stays = vi.fn()
    const query = gql(read)
    const watch = (path: string) => client.watchQuery<Answer>({ query, variables: { path } })
    const leaving = watch('/api/left').subscribe(left)
    watch('/api/other').subscribe(stays)
    await world.clock.advance(20)
    leaving.unsubscribe()
    await world.clock.advance(1000)
    expect(world.server.hits.map(pathOf)).toEqual(['/api/other'])
    expect(world.server.refreshes).toHaveLength(1)
    expect(stays.mock.lastCall).toMatchObject([{ data: { me: { path: '/api/other' } } }])
    expect(left.mock.calls.filter(([{ data }]) => data)).toEqual([])
  })
})

describe.each([
  ['Apollo Client', apollo],
  ['urql', urql],
  ['graphql-request', graphqlRequest],
] as const)('%s and a server that answers 200 to expired tokens', (_, make) => {
  withTimersInHand()

  it('never sees the error of twenty queries that one refresh cures', async () => {
    const options: Arrangement['options'] = {
      shouldRefresh: async ({ text }) => (await text()).includes('UNAUTHENTICATED'),
    }
    const world = await signedIn({ options, reworded: alwaysOk })
    const { call, seen } = make(world)
    world.server.expireAll()
    const calls = twenty.map((path) => call(path))
    expect(await outcomes(world, calls)).toMatchObject(twenty.map((path) => ({ user: 'alice', path })))
    expect(world.server.hits).toHaveLength(40)
    expect(world.server.refreshes).toHaveLength(1)
    expect(seen).toEqual(Array(20).fill(200))
    await world.clock.advance(10_000)
    expect(await outcome(world, call('/api/more'))).toMatchObject({ path: '/api/more' })
    expect(world.server.hits).toHaveLength(41)
  })
})
