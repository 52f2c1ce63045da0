import { createAlova } from 'alova'
// @ts-expect-error: its declaration file names others without their extension
import { createServerTokenAuthentication } from 'alova/client'
import adapterFetch from 'alova/fetch'
import { pipeline, withHeaders, withTokenRefresh } from 'fetch-extras'
import ky from 'ky'
import SuperTokens from 'supertokens-website'
import { createFetch } from '../../src/clients/fetch.ts'
import type { Session } from '../../src/session/session.ts'
import { token } from './environment.ts'
import { type Call, type Cost, inTurns, type Rounds, race } from './rounds.ts'
import { origin, type StubPage, stubFetch } from './stubs.ts'

interface Client {
  get(url: string): Promise<unknown>
  post(url: string, body: object): Promise<unknown>
}

type Fetch = (input: string, init?: RequestInit) => Promise<Response>

const authorization = `Bearer ${token}`
const json = { 'Content-Type': 'application/json' }

const byFetch = (send: Fetch): Client => ({
  get: (url) => send(url),
  post: (url, body) => send(url, { method: 'POST', body: JSON.stringify(body), headers: json }),
})

/** The token by hand: the least that any of them has to do. */
export const bareFetch = (send: Fetch): Client => ({
  get: (url) => send(url, { headers: { Authorization: authorization } }),
  post: (url, body) =>
    send(url, {
      method: 'POST',
      body: JSON.stringify(body),
      headers: { ...json, Authorization: authorization },
    }),
})

export const ourFetch = (session: Session, send: Fetch): Client =>
  byFetch(createFetch(session, { fetch: send as typeof fetch }))

function fetchExtras(): Client {
  const send = pipeline(
    stubFetch as typeof fetch,
    withHeaders(() => ({ Authorization: authorization })),
    withTokenRefresh({ refreshToken: () => token }),
  )
  return byFetch(send)
}

function kyClient(): Client {
  const api = ky.create({
    fetch: stubFetch as typeof fetch,
    baseUrl: origin,
    hooks: {
      beforeRequest: [({ request }) => request.headers.set('Authorization', authorization)],
      afterResponse: [
        ({ request, response }) =>
          response.status === 401 ? ky.retry({ request, code: 'TOKEN_REFRESHED' }) : undefined,
      ],
    },
  })
  return { get: (url) => api.get(url), post: (url, body) => api.post(url, { json: body }) }
}

function alovaClient(): Client {
  const { onAuthRequired, onResponseRefreshToken } = createServerTokenAuthentication({
    assignToken(method: { config: { headers: Record<string, unknown> } }) {
      method.config.headers.Authorization = authorization
    },
    refreshTokenOnSuccess: {
      isExpired: (response: Response) => response.status === 401,
      handler: async () => {},
    },
  })
  const api = createAlova({
    baseURL: origin,
    requestAdapter: adapterFetch({ customFetch: stubFetch as typeof fetch }),
    cacheFor: null,
    shareRequest: false,
    beforeRequest: onAuthRequired(),
    responded: onResponseRefreshToken((response: Response) => response),
  })
  return {
    get: async (url) => api.Get(url),
    post: async (url, body) => api.Post(url, body, { headers: json }),
  }
}

/** Its session is in cookies, which it reads for each call; the token in one of them is sent by the browser. */
async function superTokens(page: StubPage): Promise<Client> {
  const front = Buffer.from(JSON.stringify({ uid: 'user-1', ate: Date.now() + 86_400_000, up: {} }))
  const updated = `st-last-access-token-update=${Date.now()}`
  page.document.cookie = `${updated}; sFrontToken=${front.toString('base64')}`
  SuperTokens.init({ apiDomain: origin, apiBasePath: '/auth', tokenTransferMethod: 'cookie' })
  if (!(await SuperTokens.doesSessionExist())) throw new Error('supertokens-website has no session')
  return byFetch((input, init) => page.fetch(input, init))
}

/** Over the same stub, in the same rounds. */
export async function raceOnFetch(
  session: Session,
  page: StubPage,
  rounds: Rounds,
): Promise<Record<string, Cost[]>> {
  const clients: Record<string, Client> = {
    'fetch, token by hand': bareFetch(stubFetch),
    'silent-refresh/fetch': ourFetch(session, stubFetch),
    'fetch-extras': fetchExtras(),
    ky: kyClient(),
    alova: alovaClient(),
    'supertokens-website': await superTokens(page),
  }
  const [path, url] = [inTurns('/api'), inTurns(`${origin}/api`)]
  const kinds: Record<string, (client: Client) => Call> = {
    get: (client) => () => client.get(path()),
    'post with JSON': (client) => () => client.post(path(), { a: 1 }),
    'get, absolute URL': (client) => () => client.get(url()),
  }
  const costs: Record<string, Cost[]> = {}
  for (const [kind, make] of Object.entries(kinds)) {
    const calls = Object.entries(clients).map(([name, client]) => [name, make(client)] as const)
    costs[kind] = await race(Object.fromEntries(calls), rounds)
  }
  return costs
}
