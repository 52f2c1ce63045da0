import { base64url, errors } from 'jose'
import type { Clock, Random } from './ambient.ts'
import type { AccessTokenClaims, Keys } from './keys.ts'
import type { TokenProblem } from './problem.ts'
import type { Settings } from './settings.ts'
import type { Session, Store, User } from './store.ts'

export interface AccessTokenPorts {
  store: Store
  keys: Keys
  clock: Clock
  random: Random
  settings: Settings
}

export interface TokenBody {
  access_token: string
  token_type: 'Bearer'
  /** Seconds. */
  expires_in: number
  session: {
    id: string
    sub: string
    /** The absolute end of the session in epoch seconds. */
    expires_at: number
  }
}

/** The answer of sign-in and refresh, with a new access token that never outlives its session. */
export async function issueAccessToken(session: Session, ports: AccessTokenPorts): Promise<TokenBody> {
  const { keys, clock, random, settings } = ports
  const now = clock()
  const lifetime = Math.min(settings.accessTokenLifetime, session.expiresAt - now)
  const token = await keys.sign({
    iss: settings.issuer,
    aud: settings.audience,
    sub: session.userId,
    // NumericDate may have decimals (RFC 7519); whole seconds would falsify tokens that live for two of them.
    iat: now / 1000,
    exp: (now + lifetime) / 1000,
    jti: base64url.encode(random(16)),
    sid: session.id,
    ver: session.tokenVersion,
  })
  return {
    access_token: token,
    token_type: 'Bearer',
    expires_in: lifetime / 1000,
    session: { id: session.id, sub: session.userId, expires_at: Math.floor(session.expiresAt / 1000) },
  }
}

export type AccessCheck = { valid: true; user: User; session: Session } | { valid: false; code: TokenProblem }

/** Signature, claims, expiry; then whether the session lives and the token version is still the user's. */
export async function checkAccessToken(header: string | null, ports: AccessTokenPorts): Promise<AccessCheck> {
  const [scheme = '', token = ''] = header?.trim().split(/\s+/) ?? []
  if (scheme.toLowerCase() !== 'bearer') return { valid: false, code: 'token_missing' }
  const claims = await verify(token, ports)
  if (typeof claims === 'string') return { valid: false, code: claims }

  const now = ports.clock()
  const { session, user } = await ports.store.read(async (records) => ({
    session: await records.findSession(claims.sid),
    user: await records.findUser(claims.sub),
  }))
  const alive = session && session.revokedAt === null && session.expiresAt > now
  if (!alive || !user || session.userId !== user.id) return { valid: false, code: 'token_revoked' }
  // Both, because a session of an older version must not live on through a token of the present one.
  if (claims.ver !== user.tokenVersion || session.tokenVersion !== user.tokenVersion) {
    return { valid: false, code: 'token_revoked' }
  }
  return { valid: true, user, session }
}

async function verify(token: string, ports: AccessTokenPorts): Promise<AccessTokenClaims | TokenProblem> {
  const { issuer, audience, clockTolerance } = ports.settings
  const now = ports.clock() - clockTolerance
  try {
    const claims = await ports.keys.verify(token, { issuer, audience, now })
    // jose compares whole seconds.
    return claims.exp * 1000 <= now ? 'token_expired' : claims
  } catch (error) {
    if (error instanceof errors.JWTExpired) return 'token_expired'
    if (error instanceof errors.JOSEError) return 'token_invalid'
    throw error
  }
}
