import type { Jar, Start } from '../visit.ts'
import { json } from './tokens.ts'

const cookie = '__Host-bff'
const lifetime = 28_800_000

/**
 * An ASP.NET host with Duende BFF. The session slides with the calls to its API, not with those that say `slide=false`;
 * the access tokens behind it are its own business.
 */
export const startDuendeBff: Start = (now) => {
  const sessions = new Map<string, number>()

  function endOf(cookies: Jar): number | undefined {
    const end = sessions.get(cookies.get(cookie) ?? '')
    return end !== undefined && end > now() ? end : undefined
  }

  let hasLostToken = false
  return {
    begin(cookies) {
      const id = crypto.randomUUID()
      sessions.set(id, now() + lifetime)
      cookies.set(cookie, id)
    },
    // The API behind it has refused the access token; the next question finds all in order.
    expire() {
      hasLostToken = true
    },
    answer({ name, url, headers }, cookies) {
      // It leads to the page, really, which asks then.
      if (name === 'GET /callback') this.begin(cookies)
      const end = headers.get('X-CSRF') === '1' ? endOf(cookies) : undefined
      if (end === undefined) return new Response(null, { status: 401 })
      if (name === 'GET /bff/user' || name === 'GET /callback') {
        hasLostToken = false
        if (!url.endsWith('?slide=false')) sessions.set(cookies.get(cookie) ?? '', now() + lifetime)
        return json([
          { type: 'sid', value: '173E' },
          { type: 'sub', value: '88421113' },
          { type: 'bff:logout_url', value: '/bff/logout?sid=173E' },
          { type: 'bff:session_expires_in', value: Math.floor((end - now()) / 1000) },
        ])
      }
      if (hasLostToken) return new Response(null, { status: 401 })
      sessions.set(cookies.get(cookie) ?? '', now() + lifetime)
      return json({ ok: true })
    },
  }
}
