import { makeJwt } from '../helpers/jwt.ts'
import type { Backend } from './scenarios.ts'
import { type Call, items, type Reply, startSmallServer } from './small-server.ts'

const lifetime = 900

/**
 * A backend in the middle of its move: the refresh token is in the body, where pages of before look for it, and in a
 * httpOnly cookie. It is taken from either, and spent by its use.
 */
export function startTokenBodyServer(): Promise<Backend> {
  const refreshTokens = new Set<string>()
  const ends = new Map<string, number>()

  function grant(now: number): Reply {
    const iat = Math.floor(now / 1000)
    const accessToken = makeJwt({ sub: 'demo', iat, exp: iat + lifetime })
    const refreshToken = crypto.randomUUID()
    ends.set(accessToken, (iat + lifetime) * 1000)
    refreshTokens.add(refreshToken)
    return {
      headers: { 'set-cookie': `refresh_token=${refreshToken}; HttpOnly; SameSite=Strict; Path=/` },
      body: { access_token: accessToken, refresh_token: refreshToken },
    }
  }

  const routes: Record<string, (call: Call, now: number) => Reply> = {
    'POST /auth/login': (_, now) => grant(now),
    'POST /auth/refresh_token': ({ body, cookies, headers }, now) => {
      // A form of another site brings the cookie along, but no header.
      if (body.token === undefined && headers['x-silent-refresh'] !== '1') return { status: 403, body: {} }
      const presented = String(body.token ?? cookies.get('refresh_token'))
      return refreshTokens.delete(presented) ? grant(now) : { status: 401, body: {} }
    },
    'POST /auth/logout': ({ cookies }) => {
      refreshTokens.delete(String(cookies.get('refresh_token')))
      return { headers: { 'set-cookie': 'refresh_token=; Max-Age=0; Path=/' }, body: {} }
    },
    'GET /api/items': ({ headers }, now) => {
      const end = ends.get(String(headers.authorization).replace('Bearer ', '')) ?? 0
      return end > now ? { body: items } : { status: 401, body: {} }
    },
  }

  return startSmallServer('POST /auth/refresh_token', (call, now) => {
    return routes[call.name]?.(call, now()) ?? { status: 404, body: {} }
  })
}
