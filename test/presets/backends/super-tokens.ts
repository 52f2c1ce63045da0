import type { Jar, Start } from '../visit.ts'
import { createTokens, json, type Pair } from './tokens.ts'

export const said = (message: string, status = 401): Response => json({ message }, status)

const removed = { 'front-token': 'remove' }

/** supertokens-node in cookie mode with `antiCsrf: 'VIA_CUSTOM_HEADER'`. */
export const startSuperTokens: Start = (now) => {
  const tokens = createTokens(now, 3_600_000)

  function grant(pair: Pair, cookies: Jar, body: object): Response {
    cookies.set('sAccessToken', pair.access)
    cookies.set('sRefreshToken', pair.refresh)
    const up = { sub: 'ålice', iat: Math.floor(pair.issuedAt / 1000), exp: Math.floor(pair.end / 1000) }
    const told = JSON.stringify({ uid: 'ålice', ate: pair.end, up })
    return json(body, 200, { 'front-token': Buffer.from(told).toString('base64') })
  }

  return {
    begin: (cookies) => void grant(tokens.grant(), cookies, {}),
    expire: tokens.expire,
    answer({ name, headers }, cookies) {
      if (name === 'POST /auth/signin') {
        return headers.get('st-auth-mode') === 'cookie'
          ? grant(tokens.grant(), cookies, { status: 'OK', user: { id: 'ålice' } })
          : json({ status: 'OK' }, 200, { 'st-access-token': 'in a header' })
      }
      if (name === 'POST /auth/session/refresh') {
        const pair = headers.has('rid') ? tokens.rotate(cookies.get('sRefreshToken')) : undefined
        return pair ? grant(pair, cookies, {}) : json({ message: 'unauthorised' }, 401, removed)
      }
      const verdict = tokens.judge(cookies.get('sAccessToken'))
      const isForged = !headers.has('rid')
      const isKnown = verdict === 'good' && !isForged
      if (name === 'POST /auth/signout') {
        if (verdict === 'missing') return json({ status: 'OK' })
        if (!isKnown) return said('try refresh token')
        tokens.revoke()
        cookies.delete('sAccessToken', 'sRefreshToken')
        return json({ status: 'OK' }, 200, removed)
      }
      if (isKnown) return json({ ok: true })
      return said(verdict === 'missing' ? 'unauthorised' : 'try refresh token')
    },
  }
}
