import { makeJwt } from '../../helpers/jwt.ts'
import type { Jar, Start } from '../visit.ts'
import { bearerOf, createTokens, inSeconds, json, type Pair } from './tokens.ts'

export const failure = (status: number, name: string, message: string): Response =>
  json({ data: null, error: { status, name, message, details: {} } }, status)

const cookie = 'strapi_up_refresh'

/** Strapi 5 with `jwtManagement: 'refresh'` and `sessions.httpOnly: false`: the header decides where the token goes. */
export const startStrapi: Start = (now) => {
  const tokens = createTokens(now, 1_800_000, (...life) =>
    makeJwt({ userId: '7', sessionId: 's', type: 'access', ...inSeconds(...life) }),
  )

  function grant({ access, refresh }: Pair, headers: Headers, cookies: Jar): Response {
    if (headers.get('x-strapi-refresh-cookie') !== 'httpOnly')
      return json({ jwt: access, refreshToken: refresh })
    cookies.set(cookie, refresh)
    return json({ jwt: access })
  }

  return {
    begin: (cookies) => cookies.set(cookie, tokens.grant().refresh),
    expire: tokens.expire,
    answer({ name, headers }, cookies) {
      if (name === 'POST /api/auth/local') return grant(tokens.grant(), headers, cookies)
      if (name === 'POST /api/auth/refresh') {
        const presented = cookies.get(cookie)
        if (presented === undefined) return failure(400, 'BadRequestError', 'Missing refresh token')
        const pair = tokens.rotate(presented)
        return pair
          ? grant(pair, headers, cookies)
          : failure(401, 'UnauthorizedError', 'Invalid refresh token')
      }
      const verdict = tokens.judge(bearerOf(headers))
      if (name === 'POST /api/auth/logout') {
        if (verdict !== 'good') return failure(401, 'UnauthorizedError', 'Missing authentication')
        tokens.revoke()
        cookies.delete(cookie)
        return json({ ok: true })
      }
      if (verdict === 'good') return json({ data: [] })
      return verdict === 'missing'
        ? failure(403, 'ForbiddenError', 'Forbidden')
        : failure(401, 'UnauthorizedError', 'Missing or invalid credentials')
    },
  }
}
