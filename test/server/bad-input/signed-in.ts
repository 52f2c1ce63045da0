import { base64url, type JWK } from 'jose'
import { systemRandom } from '../../../demo/server/ambient.ts'
import { createRefreshToken, hashToken } from '../../../demo/server/session/refresh-tokens.ts'
import { refreshCookieName } from '../../../demo/server/session/session-cookies.ts'
import type { Store } from '../../../demo/server/store/store.ts'
import type { Sent } from './bad-input.ts'

type Headers = Record<string, string | undefined>

/** A user with a session worth stealing: what the rows are made of. */
export interface SignedIn {
  origin: string
  cookieName: string
  /** The name of the cookie on the other scheme. */
  foreignCookieName: string
  cookie: string
  refreshToken: string
  accessToken: string
  claims: Record<string, unknown>
  /** Of the refresh token of somebody else: what a thief finds in the database. */
  othersHash: string
  othersSession: string
  /** Waits in the user's mailbox. */
  resetToken: string
  publicKey: JWK
  kid: string
  /** Signs with the server's key, which nobody else has: only the content is wrong. */
  sign(claims: object | string, header?: object | string): Promise<string>
  /** Signs with a key of the attacker's own. */
  forge(claims: object | string, header?: object | string): Promise<string>
  /** A good request of each kind, with changes; `undefined` drops a header. */
  refresh(headers?: Headers, body?: Sent['body']): Sent
  login(body: unknown, headers?: Headers): Sent
  logout(headers?: Headers): Sent
  logoutAll(headers?: Headers): Sent
  changePassword(headers?: Headers, body?: Sent['body']): Sent
  /** To any other endpoint of /auth/. */
  post(path: string, body: unknown, headers?: Headers): Sent
  get(path: string, headers?: Headers): Sent
}

export interface Facts {
  origin: string
  refreshToken: string
  accessToken: string
  userId: string
  othersRefreshToken: string
  othersSession: string
}

const own = { 'content-type': 'application/json', 'x-silent-refresh': '1', 'sec-fetch-site': 'same-origin' }

const newPassword = { current_password: 'correct horse', new_password: 'battery staple' }

export async function describeSignedIn(store: Store, facts: Facts): Promise<SignedIn> {
  const { origin, refreshToken, accessToken } = facts
  const secure = origin.startsWith('https:')
  const cookieName = refreshCookieName(secure)
  const cookie = `${cookieName}=${refreshToken}`
  const resetToken = createRefreshToken(systemRandom)
  const reset = {
    hash: await hashToken(resetToken),
    userId: facts.userId,
    createdAt: 0,
    expiresAt: Number.MAX_SAFE_INTEGER,
  }
  await store.write((records) => records.addPasswordReset(reset))
  const [head = '', payload = ''] = accessToken.split('.')
  const header = decode(head)
  const claims = decode(payload)
  const kid = String(header.kid)
  const rows = await store.read((records) => records.listSigningKeys())
  const { key_ops: _uses, ...jwk } = JSON.parse(rows.find((row) => row.kid === kid)?.jwk ?? '{}') as JWK
  const { d: _private, ...publicKey } = jwk
  const ecdsa = { name: 'ECDSA', namedCurve: 'P-256' }
  const ours = await crypto.subtle.importKey('jwk', jwk, ecdsa, false, ['sign'])
  const theirs = (await crypto.subtle.generateKey(ecdsa, false, ['sign', 'verify'])).privateKey

  const signWith =
    (key: CryptoKey) =>
    async (changes: object | string, other: object | string = {}) => {
      const signed = `${encode(other, header)}.${encode(changes, claims)}`
      const algorithm = { name: 'ECDSA', hash: 'SHA-256' }
      const signature = await crypto.subtle.sign(algorithm, key, new TextEncoder().encode(signed))
      return `${signed}.${base64url.encode(new Uint8Array(signature))}`
    }
  const request = (method: string, path: string, headers: Headers, body?: Sent['body']): Sent => {
    const kept = Object.entries(headers).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, value]],
    )
    return { method, path, headers: Object.fromEntries(kept), ...(body !== undefined && { body }) }
  }
  const authorization = `Bearer ${accessToken}`
  const post: SignedIn['post'] = (path, body, headers = {}) => {
    const raw = typeof body === 'string' || body instanceof Uint8Array
    const text = raw ? (body as Sent['body']) : JSON.stringify(body)
    return request('POST', path, { ...own, cookie, ...headers }, text)
  }

  return {
    origin,
    cookieName,
    foreignCookieName: refreshCookieName(!secure),
    cookie,
    refreshToken,
    accessToken,
    claims,
    othersHash: await hashToken(facts.othersRefreshToken),
    othersSession: facts.othersSession,
    resetToken,
    publicKey,
    kid,
    sign: signWith(ours),
    forge: signWith(theirs),
    refresh: (headers = {}, body = '{}') =>
      request('POST', '/auth/refresh', { ...own, cookie, ...headers }, body),
    login: (body, headers) => post('/auth/login', body, headers),
    logout: (headers = {}) => request('POST', '/auth/logout', { ...own, cookie, ...headers }, '{}'),
    logoutAll: (headers = {}) =>
      request('POST', '/auth/logout-all', { ...own, cookie, authorization, ...headers }, '{}'),
    changePassword: (headers = {}, body = JSON.stringify(newPassword)) =>
      request('POST', '/auth/password/change', { ...own, cookie, authorization, ...headers }, body),
    post,
    get: (path, headers = {}) => request('GET', path, { cookie, authorization, ...headers }),
  }
}

/** A string stands for itself: not everything that can be signed is an object. */
function encode(part: object | string, good: object): string {
  return base64url.encode(typeof part === 'string' ? part : JSON.stringify({ ...good, ...part }))
}

function decode(part: string): Record<string, unknown> {
  return JSON.parse(new TextDecoder().decode(base64url.decode(part)))
}
