import type { RunningServer } from '../../demo/server/node.ts'
import { createHeaderCookies, parseCookies } from '../../demo/server/session/cookies.ts'
import { refreshCookieName } from '../../demo/server/session/session-cookies.ts'

/** A request of the page, read to its end. */
export interface Incoming {
  readonly method: string
  readonly url: URL
  readonly headers: Headers
  readonly body: Buffer<ArrayBuffer>
}

export interface Reply {
  status: number
  headers: [name: string, value: string][]
  body: string
}

/**
 * How the page and the reference backend talk. `cookie` is what the backend speaks itself; `body` hands the refresh token
 * to the page and takes it from there, `supertokens` is the protocol of that SDK. All three end in the same backend.
 */
export type Dialect = 'cookie' | 'body' | 'supertokens'

export interface Translator {
  isRefresh(incoming: Incoming): boolean
  answer(incoming: Incoming): Promise<Reply>
  /** What the refresh endpoint says when the session is over. */
  refuse(): Reply
}

const cookieName = refreshCookieName(false)
const refuse = (): Reply => ({
  status: 401,
  headers: [['content-type', 'application/problem+json']],
  body: '{"status":401,"code":"session_expired"}',
})
const hasNoBody = (method: string) => method === 'GET' || method === 'HEAD'

export function createTranslator(dialect: Dialect, server: RunningServer): Translator {
  /** Asks the backend as its own page would, with the refresh token given. */
  async function ask(incoming: Incoming, path: string, changes: { token?: string; body?: object } = {}) {
    const headers = new Headers(incoming.headers)
    headers.set('x-silent-refresh', '1')
    if (path.startsWith('/auth/')) headers.set('content-type', 'application/json')
    if (changes.token !== undefined) headers.set('cookie', `${cookieName}=${changes.token}`)
    const body = changes.body ? Buffer.from(JSON.stringify(changes.body)) : incoming.body
    const cookies = createHeaderCookies(headers.get('cookie'))
    const url = new URL(path, incoming.url.origin)
    const init = { method: incoming.method, headers, ...(hasNoBody(incoming.method) ? {} : { body }) }
    const response = await server.app.fetch(new Request(url, init), cookies, '127.0.0.1')
    const written = cookies.written.find((cookie) => cookie.startsWith(`${cookieName}=`))
    return {
      status: response.status,
      headers: [...response.headers].filter(([name]) => name !== 'content-length'),
      cookies: cookies.written,
      refreshToken: written?.slice(cookieName.length + 1).split(';')[0] || changes.token,
      body: await response.text(),
    }
  }

  const direct = async (incoming: Incoming): Promise<Reply> => {
    const headers = new Headers(incoming.headers)
    // The CSRF header is the page's own here, and its absence the backend's to refuse.
    const cookies = createHeaderCookies(headers.get('cookie'))
    const init = {
      method: incoming.method,
      headers,
      ...(hasNoBody(incoming.method) ? {} : { body: incoming.body }),
    }
    const response = await server.app.fetch(new Request(incoming.url, init), cookies, '127.0.0.1')
    return {
      status: response.status,
      headers: [
        ...[...response.headers].filter(([name]) => name !== 'content-length'),
        ...cookies.written.map((cookie): [string, string] => ['set-cookie', cookie]),
      ],
      body: await response.text(),
    }
  }

  const translators: Record<Dialect, Translator> = {
    cookie: { isRefresh: ({ url }) => url.pathname === '/auth/refresh', answer: direct, refuse },
    body: {
      isRefresh: ({ url }) => url.pathname === '/auth/refresh',
      refuse,
      async answer(incoming) {
        if (!incoming.url.pathname.startsWith('/auth/')) return direct(incoming)
        const given = JSON.parse(incoming.body.toString() || '{}') as Record<string, unknown>
        const token = given.token ?? given.refreshToken ?? given.refresh_token
        const { status, headers, body, refreshToken } = await ask(incoming, incoming.url.pathname, {
          ...(token ? { token: String(token) } : {}),
        })
        if (status !== 200) return { status, headers, body }
        return {
          status,
          headers,
          body: JSON.stringify({ ...JSON.parse(body), refresh_token: refreshToken }),
        }
      },
    },
    supertokens: createSuperTokens(ask),
  }
  return translators[dialect]
}

type Ask = (
  incoming: Incoming,
  path: string,
  changes?: { token?: string; body?: object },
) => Promise<Omit<Reply, 'headers'> & { headers: [string, string][]; refreshToken: string | undefined }>

/** As supertokens-node does in its cookie mode with `antiCsrf: 'VIA_CUSTOM_HEADER'`. */
function createSuperTokens(ask: Ask): Translator {
  /** The access token's cookie is for all paths, the refresh token's for its own endpoint alone. */
  const refreshTokens = new Map<string, string>()
  const json: [string, string] = ['content-type', 'application/json']

  const grant = (body: string, refreshToken = '', extra: object): Reply => {
    const { access_token, expires_in } = JSON.parse(body) as { access_token: string; expires_in: number }
    refreshTokens.set(access_token, refreshToken)
    const { iat = 0 } = JSON.parse(Buffer.from(access_token.split('.')[1] ?? '', 'base64url').toString())
    const told = { uid: 'demo', ate: (iat + expires_in) * 1000, up: { sub: 'demo', iat } }
    return {
      status: 200,
      headers: [
        json,
        ['front-token', Buffer.from(JSON.stringify(told)).toString('base64')],
        ['set-cookie', `sAccessToken=${access_token}; Path=/; HttpOnly; SameSite=Lax`],
        ['set-cookie', `sRefreshToken=${refreshToken}; Path=/auth/session/refresh; HttpOnly; SameSite=Lax`],
      ],
      body: JSON.stringify(extra),
    }
  }

  const end = (status: number, body: object): Reply => ({
    status,
    headers: [
      json,
      ['front-token', 'remove'],
      ['set-cookie', 'sAccessToken=; Path=/; Max-Age=0'],
      ['set-cookie', 'sRefreshToken=; Path=/auth/session/refresh; Max-Age=0'],
    ],
    body: JSON.stringify(body),
  })

  return {
    isRefresh: ({ url }) => url.pathname === '/auth/session/refresh',
    refuse: () => end(401, { message: 'unauthorised' }),
    async answer(incoming) {
      const { pathname } = incoming.url
      const cookies = parseCookies(incoming.headers.get('cookie') ?? '')
      const access = cookies.get('sAccessToken') ?? ''
      if (access) incoming.headers.set('authorization', `Bearer ${access}`)
      if (pathname === '/auth/signin') {
        const { formFields } = JSON.parse(incoming.body.toString()) as {
          formFields: { id: string; value: string }[]
        }
        const body = Object.fromEntries(formFields.map(({ id, value }) => [id, value]))
        const answer = await ask(incoming, '/auth/login', { body })
        return grant(answer.body, answer.refreshToken, { status: 'OK', user: { id: 'demo' } })
      }
      if (pathname === '/auth/session/refresh') {
        const token = cookies.get('sRefreshToken') ?? ''
        const answer = await ask(incoming, '/auth/refresh', { token })
        return answer.status === 200
          ? grant(answer.body, answer.refreshToken, {})
          : end(401, { message: 'unauthorised' })
      }
      if (pathname === '/auth/signout') {
        const standing = await ask({ ...incoming, method: 'GET' }, '/api/me')
        if (standing.status !== 200)
          return { status: 401, headers: [json], body: '{"message":"try refresh token"}' }
        await ask(incoming, '/auth/logout', { token: refreshTokens.get(access) ?? '' })
        return end(200, { status: 'OK' })
      }
      return ask(incoming, pathname + incoming.url.search)
    },
  }
}
