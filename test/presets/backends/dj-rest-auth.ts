import { makeJwt } from '../../helpers/jwt.ts'
import type { Jar, Start } from '../visit.ts'
import { bearerOf, createTokens, inSeconds, json, type Pair } from './tokens.ts'

/** simplejwt names no `error` in its challenge, not even for an expired token. */
export const unauthorized = (detail: string, code?: string): Response =>
  json(code === undefined ? { detail } : { detail, code }, 401, { 'WWW-Authenticate': 'Bearer realm="api"' })

const messages = [{ token_class: 'AccessToken', token_type: 'access', message: 'Token is expired' }]

const expired = (): Response =>
  json({ detail: 'Given token not valid for any token type', code: 'token_not_valid', messages }, 401, {
    'WWW-Authenticate': 'Bearer realm="api"',
  })

/** dj-rest-auth with simplejwt, whose JWTs name the user as `user_id`. */
export const startDjRestAuth: Start = (now) => {
  const tokens = createTokens(now, 300_000, (...life) => makeJwt({ user_id: 7, ...inSeconds(...life) }))

  function grant(pair: Pair, cookies: Jar, more: object = {}): Response {
    cookies.set('my-refresh-token', pair.refresh)
    const access_expiration = new Date(pair.end).toISOString().replace('Z', '123Z')
    return json({ access: pair.access, access_expiration, ...more })
  }

  function isForged(headers: Headers, cookies: Jar): boolean {
    const token = cookies.get('csrftoken')
    return token === undefined || headers.get('X-CSRFToken') !== token
  }

  return {
    begin(cookies) {
      cookies.set('my-refresh-token', tokens.grant().refresh)
      cookies.set('csrftoken', 'csrf-of-alice', true)
    },
    expire: tokens.expire,
    answer({ name, headers }, cookies) {
      if (name === 'POST /api/auth/login/') {
        cookies.set('csrftoken', 'csrf-of-alice', true)
        return grant(tokens.grant(), cookies, { refresh: '', user: { pk: 7 } })
      }
      if (name === 'POST /api/auth/token/refresh/') {
        const presented = cookies.get('my-refresh-token')
        if (presented === undefined) return unauthorized('No valid refresh token found.', 'token_not_valid')
        if (isForged(headers, cookies)) return json({ detail: 'CSRF Failed: CSRF token missing.' }, 403)
        const pair = tokens.rotate(presented)
        return pair ? grant(pair, cookies) : unauthorized('Token is blacklisted', 'token_not_valid')
      }
      if (name === 'POST /api/auth/logout/') {
        if (isForged(headers, cookies)) return json({ detail: 'CSRF Failed: CSRF token missing.' }, 403)
        tokens.revoke()
        cookies.delete('my-refresh-token')
        return json({ detail: 'Successfully logged out.' })
      }
      const verdict = tokens.judge(bearerOf(headers))
      if (verdict === 'good') return json({ ok: true })
      return verdict === 'missing' ? unauthorized('Authentication credentials were not provided.') : expired()
    },
  }
}
