import type { Moment } from '../../src/session/moment.ts'
import { type Cookie, isValid, type Login, type Token, type Truth } from './model.ts'
import { type Answer, type ApiOutcome, type Pending, type RefreshOutcome, secret } from './pending.ts'
import type { Setting } from './setting.ts'

const json = (status: number, body: unknown, headers: Record<string, string> = {}) =>
  new Response(JSON.stringify(body), { status, headers: { 'Content-Type': 'application/json', ...headers } })

const challenge = { 'WWW-Authenticate': 'Bearer error="invalid_token"' }
const encode = (part: unknown) => Buffer.from(JSON.stringify(part)).toString('base64url')

export type Backend = ReturnType<typeof createBackend>

/** What the server makes of a request, in the moment in which it deals with it. */
export function createBackend({ lifetime, rotation }: Setting, truth: Truth, nextOrder: () => number) {
  let count = 0
  let logins = 0

  function begin(user: string, order = nextOrder()): Cookie {
    return { login: { id: ++logins, user, order, serial: 0, isAlive: true }, serial: 0 }
  }

  function issue(login: Login, order: number, startedAt: Moment, isMalformed = false): Token {
    const iat = Math.floor((Date.UTC(2026, 0, 1) + truth.now()) / 1000)
    const claims = { sub: login.user, iat, exp: iat + lifetime / 1000, jti: ++count }
    const value = isMalformed
      ? `not-a.jwt-${count}.${secret}`
      : `${encode({ alg: 'ES256', typ: 'at+jwt' })}.${encode(claims)}.${secret}`
    const expiresAt = truth.now() + lifetime
    const token = { value, login, lifetime, isMalformed, startedAt, order, expiresAt, isRevoked: false }
    truth.tokens.set(value, token)
    return token
  }

  /** Ends a session for good. */
  function revoke(login: Login | undefined): void {
    if (!login) return
    login.isAlive = false
    for (const token of truth.tokens.values()) if (token.login === login) token.isRevoked = true
  }

  function decide(own: Pending, outcome: RefreshOutcome | ApiOutcome | undefined): Answer {
    const status = typeof outcome === 'number' ? outcome : undefined
    if (own.kind === 'api') return { respond: () => answerApi(own, status) }
    if (own.kind === 'logout') return status ? { respond: () => json(status, {}) } : signOut(own)
    if (own.kind === 'login') return logIn(own)
    return refresh(own, outcome, status)
  }

  function answerApi({ headers }: Pending, status: number | undefined): Response {
    const token = truth.tokens.get(headers.get('Authorization')?.slice('Bearer '.length) ?? '')
    if (status === 401 || (!status && !isValid(token, truth)))
      return json(401, { code: 'token_expired' }, challenge)
    return status ? json(status, {}) : json(200, { user: token?.login.user })
  }

  function signOut({ presented }: Pending): Answer {
    revoke(presented?.login)
    return { respond: () => json(200, {}), cookie: null }
  }

  function logIn(own: Pending): Answer {
    const { user } = JSON.parse(own.body) as { user: string }
    return user
      ? grant(own, begin(user, own.order))
      : { respond: () => json(401, { code: 'wrong_password' }) }
  }

  function grant({ order, startedAt }: Pending, cookie: Cookie, isMalformed = false): Answer {
    const token = issue(cookie.login, order, startedAt, isMalformed)
    const seconds = isMalformed ? {} : { expires_in: lifetime / 1000 }
    const body = { access_token: token.value, token_type: 'Bearer', ...seconds }
    return { respond: () => json(200, body), cookie, token }
  }

  function refresh(own: Pending, outcome: unknown, status: number | undefined): Answer {
    const { presented } = own
    if (status === 401 || status === 403) {
      // It means it.
      if (presented) presented.login.isAlive = false
      return { respond: () => json(status, { code: 'no_session' }) }
    }
    if (status) {
      const headers: Record<string, string> = status === 429 ? { 'Retry-After': '7' } : {}
      return { respond: () => json(status, { note: secret }, headers) }
    }
    const html = { 'Content-Type': 'text/html' }
    if (outcome === 'html') return { respond: () => new Response(`<p>${secret}`, { headers: html }) }
    if (outcome === 'no token') return { respond: () => json(200, { note: secret }) }
    const cookie = rotate(presented)
    return cookie
      ? grant(own, cookie, outcome === 'malformed')
      : { respond: () => json(401, { code: 'no_session' }) }
  }

  /** The successor of the cookie presented; a spent one that comes back is theft. */
  function rotate(presented: Cookie | undefined): Cookie | undefined {
    if (!presented?.login.isAlive) return undefined
    const { login, serial } = presented
    if (serial === login.serial) login.serial++
    else if (rotation === 'strict' || serial !== login.serial - 1) {
      revoke(login)
      return undefined
    }
    return { login, serial: login.serial }
  }

  return { begin, issue, revoke, decide }
}
