import { makeJwt } from '../../helpers/jwt.ts'
import type { Jar, Start } from '../visit.ts'
import { bearerOf, createTokens, inSeconds, json, type Pair } from './tokens.ts'

export const failure = (status: number, code: string): Response =>
  json({ errors: [{ message: 'why', extensions: { code } }] }, status)

/** Directus in its mode `cookie` or `session`. */
function startDirectus(mode: 'cookie' | 'session', lifetime: number): Start {
  const name = mode === 'cookie' ? 'directus_refresh_token' : 'directus_session_token'

  return (now) => {
    const tokens = createTokens(now, lifetime, (...life) =>
      makeJwt({ id: 'alice', role: 'r', iss: 'directus', ...inSeconds(...life) }),
    )

    function grant(pair: Pair, cookies: Jar): Response {
      cookies.set(name, mode === 'cookie' ? pair.refresh : pair.access)
      const token = mode === 'cookie' ? { access_token: pair.access } : {}
      return json({ data: { expires: lifetime, ...token } })
    }

    function judge(headers: Headers, cookies: Jar): Response | undefined {
      const verdict = tokens.judge(mode === 'cookie' ? bearerOf(headers) : cookies.get(name))
      if (verdict === 'expired') return failure(401, 'TOKEN_EXPIRED')
      return verdict === 'unknown' ? failure(403, 'INVALID_TOKEN') : undefined
    }

    return {
      begin: (cookies) => void grant(tokens.grant(), cookies),
      expire: tokens.expire,
      answer(call, cookies) {
        const isToMode = () => (JSON.parse(call.body) as { mode?: string }).mode === mode
        if (call.name === 'POST /auth/login') return grant(tokens.grant(), cookies)
        // Before any route, so that an expired session cookie cannot be refreshed.
        const problem = judge(call.headers, cookies)
        if (problem) return problem
        const presented = cookies.get(name)
        if (call.name === 'POST /auth/refresh') {
          if (presented === undefined || !isToMode()) return failure(400, 'INVALID_PAYLOAD')
          const pair = mode === 'cookie' ? tokens.rotate(presented) : tokens.grant()
          return pair ? grant(pair, cookies) : failure(401, 'INVALID_CREDENTIALS')
        }
        if (call.name === 'POST /auth/logout') {
          if (presented === undefined || !isToMode()) return failure(400, 'INVALID_PAYLOAD')
          tokens.revoke()
          cookies.delete(name)
          return new Response(null, { status: 204 })
        }
        const isKnown = mode === 'session' ? presented !== undefined : call.headers.has('Authorization')
        return isKnown ? json({ data: [] }) : failure(403, 'FORBIDDEN')
      },
    }
  }
}

export const startDirectusCookie = startDirectus('cookie', 900_000)
export const startDirectusSession = startDirectus('session', 86_400_000)
