import { makeJwt } from '../../helpers/jwt.ts'
import type { Jar, Start } from '../visit.ts'
import { bearerOf, createTokens, inSeconds, json, type Pair } from './tokens.ts'

/** As Spring Boot writes errors. */
export const failure = (status: number, error: string, headers: Record<string, string> = {}): Response =>
  json({ timestamp: '2026-01-01T00:00:00.000+00:00', status, error, path: '/' }, status, headers)

export const challenge = (error?: string): Record<string, string> => ({
  'WWW-Authenticate': error ? `Bearer error="${error}", error_description="why"` : 'Bearer',
})

/** Spring Security with `CookieCsrfTokenRepository`; with `isCookieOnly` the access token is a cookie as well. */
function startSpring(isCookieOnly: boolean): Start {
  return (now) => {
    const tokens = createTokens(now, 900_000, (...life) => makeJwt({ sub: 'alice', ...inSeconds(...life) }))

    function grant({ access, refresh }: Pair, cookies: Jar): Response {
      cookies.set('refresh_token', refresh)
      cookies.set('XSRF-TOKEN', 'csrf-of-alice', true)
      if (!isCookieOnly) return json({ accessToken: access })
      cookies.set('access_token', access)
      return new Response(null, { status: 204 })
    }

    return {
      begin: (cookies) => void grant(tokens.grant(), cookies),
      expire: tokens.expire,
      answer({ name, headers }, cookies) {
        if (name === 'POST /api/auth/login') return grant(tokens.grant(), cookies)
        const presented = cookies.get('refresh_token')
        if (name === 'POST /api/auth/refresh' && presented === undefined) return failure(400, 'Bad Request')
        // Nothing but the header is compared: forged requests come from pages that cannot read the cookie.
        if (headers.get('X-XSRF-TOKEN') !== (cookies.get('XSRF-TOKEN') ?? null)) {
          return failure(403, 'Forbidden')
        }
        if (name === 'POST /api/auth/refresh') {
          const pair = tokens.rotate(presented)
          return pair ? grant(pair, cookies) : failure(401, 'Unauthorized')
        }
        if (name === 'POST /api/auth/logout') {
          tokens.revoke()
          cookies.delete('refresh_token', 'access_token', 'XSRF-TOKEN')
          return new Response(null, { status: 204 })
        }
        const verdict = tokens.judge(isCookieOnly ? cookies.get('access_token') : bearerOf(headers))
        if (verdict === 'good') return json({ ok: true })
        return failure(401, 'Unauthorized', challenge(verdict === 'missing' ? undefined : 'invalid_token'))
      },
    }
  }
}

export const startSpringTokens = startSpring(false)
export const startSpringCookies = startSpring(true)
