import type { Jar, Start } from '../visit.ts'
import { json } from './tokens.ts'

export const unauthenticated = (): Response => json({ message: 'Unauthenticated.' }, 401)

/** Laravel in Sanctum's SPA mode: a session cookie, and a CSRF cookie that goes with it. */
export const startLaravelSanctum: Start = () => {
  let hasSession = false
  let isShy = false
  let rounds = 0

  const isForged = (headers: Headers) => headers.get('X-XSRF-TOKEN') !== `xsrf-${rounds}`

  function setCookies(cookies: Jar): void {
    cookies.set('laravel_session', `session-${++rounds}`)
    cookies.set('XSRF-TOKEN', `xsrf-${rounds}`, true)
  }

  return {
    begin(cookies) {
      hasSession = true
      setCookies(cookies)
    },
    // It was elsewhere for a moment: a deployment, a session store that restarts.
    expire() {
      isShy = true
    },
    answer({ name, headers }, cookies) {
      if (name === 'GET /sanctum/csrf-cookie') {
        setCookies(cookies)
        return new Response(null, { status: 204 })
      }
      if (name.startsWith('POST') && isForged(headers)) return json({ message: 'CSRF token mismatch.' }, 419)
      if (name === 'POST /login') {
        this.begin(cookies)
        return new Response(null, { status: 204 })
      }
      if (!hasSession || cookies.get('laravel_session') === undefined) return unauthenticated()
      if (name === 'POST /logout') {
        hasSession = false
        setCookies(cookies)
        return new Response(null, { status: 204 })
      }
      if (name === 'GET /api/user') {
        isShy = false
        return json({ id: 7, name: 'Alice' })
      }
      return isShy ? unauthenticated() : json({ ok: true })
    },
  }
}
