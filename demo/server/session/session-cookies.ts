import type { CookieAttributes, Cookies } from './cookies.ts'

/** The readable companion of the refresh token: `<epoch>.<gen>.<expiry in epoch seconds>`. */
export const hintCookieName = 'sr_hint'

/** A hint that died before its session would make the client ignore a good refresh token. */
const hintSlack = 60_000

/** WebKit drops `Secure` cookies on http://localhost, and `__Host-` demands `Secure`. */
export function refreshCookieName(secure: boolean): string {
  return secure ? '__Host-sr_rt' : 'sr_rt'
}

export interface SessionCookie {
  token: string
  sessionId: string
  gen: number
  /** Epoch milliseconds. */
  idleExpiresAt: number
}

/** Both cookies go in one answer, so that they land or are lost together. */
export function writeSessionCookies(cookies: Cookies, secure: boolean, cookie: SessionCookie, now: number) {
  const { token, sessionId, gen, idleExpiresAt } = cookie
  const maxAge = Math.max(0, idleExpiresAt - now)
  const hint = `${sessionId}.${gen}.${Math.floor(idleExpiresAt / 1000)}`
  cookies.set(refreshCookieName(secure), token, attributes(secure, true, maxAge))
  cookies.set(hintCookieName, hint, attributes(secure, false, maxAge + hintSlack))
}

export function clearSessionCookies(cookies: Cookies, secure: boolean): void {
  cookies.set(refreshCookieName(secure), '', attributes(secure, true, 0))
  cookies.set(hintCookieName, '', attributes(secure, false, 0))
}

function attributes(secure: boolean, httpOnly: boolean, maxAge: number): CookieAttributes {
  return { maxAge, path: '/', httpOnly, secure, sameSite: 'Strict' }
}
