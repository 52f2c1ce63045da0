import { base64url } from 'jose'
import type { Clock, Random } from '../ambient.ts'
import type { Settings } from '../settings.ts'
import type { Session } from '../store/rows.ts'
import type { Keys } from './keys.ts'

const minute = 60_000

export interface AccessTokenPorts {
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
  const lifetime = Math.min(jitter(settings, random), session.expiresAt - now)
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

/** Tokens issued together must not expire together: every client would come back at the same moment. */
function jitter({ accessTokenLifetime, lifetimeJitter }: Settings, random: Random): number {
  if (accessTokenLifetime < minute) return accessTokenLifetime
  const [high = 0, low = 0] = random(2)
  const part = (high * 256 + low) / 65_536
  const lifetime = accessTokenLifetime * (1 - lifetimeJitter * part)
  // Many a client reads `expires_in` as whole seconds.
  return Math.min(accessTokenLifetime, Math.ceil(lifetime / 1000) * 1000)
}
