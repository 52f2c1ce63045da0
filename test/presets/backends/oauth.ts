import type { Start } from '../visit.ts'
import { bearerOf, createTokens, json, type Pair } from './tokens.ts'

export const failure = (error: string, status = 400): Response =>
  json({ error, error_description: 'why' }, status, { 'Cache-Control': 'no-store' })

/** A proxy that adds refresh token and client secret to the token request (RFC 6749). Its tokens are opaque. */
export const startOauth: Start = (now) => {
  const tokens = createTokens(now, 3_600_000)
  const grant = ({ access }: Pair) => json({ access_token: access, token_type: 'Bearer', expires_in: 3600 })

  return {
    begin: (cookies) => cookies.set('refreshToken', tokens.grant().refresh),
    expire: tokens.expire,
    answer({ name, headers, body }, cookies) {
      if (name === 'POST /api/oauth/token') {
        const isForm = headers.get('Content-Type') === 'application/x-www-form-urlencoded'
        const grantType = isForm ? new URLSearchParams(body).get('grant_type') : null
        if (grantType === 'password') this.begin(cookies)
        else if (grantType !== 'refresh_token') return failure('unsupported_grant_type')
        const pair = tokens.rotate(cookies.get('refreshToken'))
        if (!pair) return failure('invalid_grant')
        cookies.set('refreshToken', pair.refresh)
        return grant(pair)
      }
      if (name === 'POST /api/oauth/logout') {
        tokens.revoke()
        cookies.delete('refreshToken')
        return new Response(null, { status: 204 })
      }
      if (tokens.judge(bearerOf(headers)) === 'good') return json({ ok: true })
      return json({ message: 'Unauthenticated.' }, 401, {
        'WWW-Authenticate': 'Bearer error="invalid_token"',
      })
    },
  }
}
