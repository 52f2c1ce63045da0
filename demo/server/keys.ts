import {
  calculateJwkThumbprint,
  createLocalJWKSet,
  exportJWK,
  generateKeyPair,
  importJWK,
  type JWK,
  type JWTPayload,
  jwtVerify,
  SignJWT,
} from 'jose'
import { type Clock, systemClock } from './ambient.ts'
import type { SigningKeyRow, Store } from './store.ts'

const algorithm = 'ES256'
const typ = 'at+jwt'

export interface AccessTokenClaims extends JWTPayload {
  iss: string
  aud: string
  sub: string
  iat: number
  exp: number
  jti: string
  /** The session. */
  sid: string
  /** The user's token version. */
  ver: number
}

export interface Expectation {
  issuer: string
  audience: string
  /** Epoch milliseconds; what `exp` is compared with. */
  now: number
}

/** Signs and verifies access tokens. Verifying throws the errors of jose. */
export interface Keys {
  sign(claims: AccessTokenClaims): Promise<string>
  verify(token: string, expectation: Expectation): Promise<AccessTokenClaims>
  /** The public keys. */
  jwks(): { keys: JWK[] }
}

/** Takes the keys of the store, making the first one: tokens and sessions survive a restart alike. */
export async function loadKeys(store: Store, clock: Clock = systemClock): Promise<Keys> {
  const fresh = await generateKey(clock())
  const rows = await store.write(async (records) => {
    const known = await records.listSigningKeys()
    if (known.length > 0) return known
    await records.addSigningKey(fresh)
    return [fresh]
  })
  return createKeys(rows)
}

async function generateKey(createdAt: number): Promise<SigningKeyRow> {
  const { privateKey } = await generateKeyPair(algorithm, { extractable: true })
  const jwk = await exportJWK(privateKey)
  return { kid: await calculateJwkThumbprint(jwk), jwk: JSON.stringify(jwk), createdAt }
}

async function createKeys(rows: SigningKeyRow[]): Promise<Keys> {
  const privateKeys = rows.map(({ kid, jwk }) => ({ ...(JSON.parse(jwk) as JWK), kid, alg: algorithm }))
  const [active] = privateKeys
  if (!active) throw new Error('there is no signing key')
  const signingKey = await importJWK(active, algorithm)
  const publicKeys: JWK[] = privateKeys.map(({ d: _private, ...jwk }) => ({ ...jwk, use: 'sig' }))
  const findKey = createLocalJWKSet({ keys: publicKeys })

  return {
    sign: (claims) =>
      new SignJWT(claims).setProtectedHeader({ alg: algorithm, typ, kid: active.kid }).sign(signingKey),
    async verify(token, { issuer, audience, now }) {
      const { payload } = await jwtVerify<AccessTokenClaims>(token, findKey, {
        algorithms: [algorithm],
        typ,
        issuer,
        audience,
        requiredClaims: ['sub', 'iat', 'exp', 'jti', 'sid', 'ver'],
        currentDate: new Date(now),
      })
      return payload
    },
    jwks: () => ({ keys: publicKeys }),
  }
}
