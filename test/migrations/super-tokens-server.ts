import type { Backend } from './scenarios.ts'
import { type Call, items, type Reply, startSmallServer } from './small-server.ts'

const lifetime = 900_000

/**
 * Answers as supertokens-node does in its cookie mode with `antiCsrf: 'VIA_CUSTOM_HEADER'`: both tokens in httpOnly
 * cookies, the refresh token's for the refresh endpoint alone, what a page may know in `front-token`.
 */
export function startSuperTokensServer(): Promise<Backend> {
  const accessTokens = new Map<string, { session: string; end: number }>()
  const refreshTokens = new Map<string, string>()

  function grant(session: string, now: number, body: object): Reply {
    const [access, refresh] = [crypto.randomUUID(), crypto.randomUUID()]
    const end = now + lifetime
    accessTokens.set(access, { session, end })
    refreshTokens.set(refresh, session)
    const told = { uid: 'demo', ate: end, up: { sub: 'demo', iat: Math.floor(now / 1000) } }
    return {
      headers: {
        'front-token': Buffer.from(JSON.stringify(told)).toString('base64'),
        'set-cookie': [
          `sAccessToken=${access}; Path=/; HttpOnly; SameSite=Lax`,
          `sRefreshToken=${refresh}; Path=/auth/session/refresh; HttpOnly; SameSite=Lax`,
        ],
      },
      body,
    }
  }

  function end(status: number, body: object): Reply {
    return {
      status,
      headers: {
        'front-token': 'remove',
        'set-cookie': [
          'sAccessToken=; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT',
          'sRefreshToken=; Path=/auth/session/refresh; Expires=Thu, 01 Jan 1970 00:00:00 GMT',
        ],
      },
      body,
    }
  }

  const tryRefresh: Reply = { status: 401, body: { message: 'try refresh token' } }

  function findSession({ cookies }: Call, now: number): string | undefined {
    const access = accessTokens.get(cookies.get('sAccessToken') ?? '')
    return access && access.end > now ? access.session : undefined
  }

  const routes: Record<string, (call: Call, now: number) => Reply> = {
    'POST /auth/signin': (_, now) => grant(crypto.randomUUID(), now, { status: 'OK', user: { id: 'demo' } }),
    'POST /auth/session/refresh': ({ cookies }, now) => {
      const presented = cookies.get('sRefreshToken') ?? ''
      const session = refreshTokens.get(presented)
      if (!session) return end(401, { message: 'unauthorised' })
      refreshTokens.delete(presented)
      return grant(session, now, {})
    },
    'POST /auth/signout': (call, now) => {
      const session = findSession(call, now)
      if (!session) return tryRefresh
      for (const [token, owner] of refreshTokens) if (owner === session) refreshTokens.delete(token)
      for (const [token, access] of accessTokens) if (access.session === session) accessTokens.delete(token)
      return end(200, { status: 'OK' })
    },
    'GET /api/items': (call, now) => (findSession(call, now) ? { body: items } : tryRefresh),
  }

  return startSmallServer('POST /auth/session/refresh', (call, now) => {
    const isSafe = call.name.startsWith('GET')
    if (!isSafe && call.headers.rid === undefined) return { ...tryRefresh }
    return routes[call.name]?.(call, now()) ?? { status: 404, body: {} }
  })
}
