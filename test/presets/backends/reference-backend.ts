import { makeJwt } from '../../helpers/jwt.ts'
import type { Start } from '../visit.ts'
import { bearerOf, createTokens, inSeconds, type Pair } from './tokens.ts'

export const problem = (status: number, code: string, headers: Record<string, string> = {}): Response =>
  new Response(JSON.stringify({ title: code, status, code }), {
    status,
    headers: { 'Content-Type': 'application/problem+json', ...headers },
  })

const challenge = 'Bearer realm="api", error="invalid_token", error_description="expired"'

/** As `demo/server` answers. */
export const startReferenceBackend: Start = (now) => {
  const tokens = createTokens(now, 900_000, (...life) => makeJwt({ sub: 'alice', ...inSeconds(...life) }))
  const grant = ({ access }: Pair) =>
    Response.json({ access_token: access, token_type: 'Bearer', expires_in: 900, session: { sub: 'alice' } })

  return {
    begin(cookies) {
      cookies.set('__Host-sr_rt', tokens.grant().refresh)
      cookies.set('sr_hint', 'session.1.1800000000', true)
    },
    expire: tokens.expire,
    answer({ name, headers }, cookies) {
      if (name.startsWith('POST /auth/') && headers.get('X-Silent-Refresh') !== '1')
        return problem(403, 'csrf')
      switch (name) {
        case 'POST /auth/login': {
          this.begin(cookies)
          return grant(tokens.grant())
        }
        case 'POST /auth/refresh': {
          const pair = tokens.rotate(cookies.get('__Host-sr_rt'))
          if (!pair) return problem(401, 'no_session')
          cookies.set('__Host-sr_rt', pair.refresh)
          return grant(pair)
        }
        case 'POST /auth/logout':
          tokens.revoke()
          cookies.delete('__Host-sr_rt', 'sr_hint')
          return new Response(null, { status: 204 })
      }
      const verdict = tokens.judge(bearerOf(headers))
      if (verdict === 'good') return Response.json({ ok: true })
      return problem(401, `token_${verdict === 'unknown' ? 'invalid' : verdict}`, {
        'WWW-Authenticate': challenge,
      })
    },
  }
}
