import { makeJwt } from '../../helpers/jwt.ts'
import type { Call, Jar, Start } from '../visit.ts'
import { bearerOf, createTokens, inSeconds, json, type Pair } from './tokens.ts'

export const said = (msg: string, status = 401): Response => json({ msg }, status)

/** What `verify_jwt_in_request` says about a cookie without the header that belongs to it. */
function findForgery({ headers }: Call, csrf: string | undefined): Response | undefined {
  const given = headers.get('X-CSRF-TOKEN')
  if (given === null) return said('Missing CSRF token')
  return given === csrf ? undefined : said('CSRF double submit tokens do not match')
}

/** Views over Flask-JWT-Extended; with `isCookieOnly` the token location is cookies alone. */
function startFlask(isCookieOnly: boolean): Start {
  return (now) => {
    const tokens = createTokens(now, 900_000, (...life) =>
      makeJwt({ sub: 'alice', type: 'access', ...inSeconds(...life) }),
    )

    function grant({ access, refresh }: Pair, cookies: Jar): Response {
      cookies.set('refresh_token_cookie', refresh)
      cookies.set('csrf_refresh_token', `csrf of ${refresh}`, true)
      if (!isCookieOnly) return json({ access_token: access })
      cookies.set('access_token_cookie', access)
      cookies.set('csrf_access_token', `csrf of ${access}`, true)
      return json({ login: true })
    }

    function answerApi(call: Call, cookies: Jar): Response {
      const access = isCookieOnly ? cookies.get('access_token_cookie') : bearerOf(call.headers)
      const verdict = tokens.judge(access)
      if (verdict === 'missing') {
        return said(isCookieOnly ? 'Missing cookie "access_token_cookie"' : 'Missing Authorization Header')
      }
      if (verdict === 'unknown') return said('Signature verification failed', 422)
      if (verdict === 'expired') return said('Token has expired')
      const forgery = isCookieOnly && findForgery(call, cookies.get('csrf_access_token'))
      return forgery || json({ ok: true })
    }

    return {
      begin: (cookies) => void grant(tokens.grant(), cookies),
      expire: tokens.expire,
      answer(call, cookies) {
        if (call.name === 'POST /login') return grant(tokens.grant(), cookies)
        const presented = cookies.get('refresh_token_cookie')
        if (call.name === 'POST /refresh') {
          if (presented === undefined) return said('Missing cookie "refresh_token_cookie"')
          const forgery = findForgery(call, cookies.get('csrf_refresh_token'))
          if (forgery) return forgery
          const pair = tokens.rotate(presented)
          return pair ? grant(pair, cookies) : said('Token has been revoked')
        }
        if (call.name === 'POST /logout') {
          const forgery = findForgery(call, cookies.get('csrf_refresh_token'))
          if (forgery) return forgery
          tokens.revoke()
          cookies.delete('refresh_token_cookie', 'csrf_refresh_token')
          cookies.delete('access_token_cookie', 'csrf_access_token')
          return json({ msg: 'logout successful' })
        }
        return answerApi(call, cookies)
      },
    }
  }
}

export const startFlaskHeaders = startFlask(false)
export const startFlaskCookies = startFlask(true)
