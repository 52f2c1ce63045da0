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
import type { Random } from '../ambient.ts'
import type { SigningKeyRow } from '../store/rows.ts'
import { seal, unseal } from './sealing.ts'

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

/** Signs and verifies access tokens with keys as they were at one moment. Verifying throws the errors of jose. */
export interface KeySet {
  sign(claims: AccessTokenClaims): Promise<string>
  verify(token: string, expectation: Expectation): Promise<AccessTokenClaims>
  /** The public keys, those to come included. */
  jwks(): { keys: JWK[] }
}

/** With a secret the private part is sealed: then a dump of the database signs nothing. */
export interface KeySecret {
  secret: string | undefined
  random: Random
}

interface StoredKey extends JWK {
  sealed?: string
}

const purpose = 'silent-refresh signing key'

export async function generateKey(createdAt: number, { secret, random }: KeySecret): Promise<SigningKeyRow> {
  const { privateKey } = await generateKeyPair(algorithm, { extractable: true })
  const { d = '', ...rest } = await exportJWK(privateKey)
  const stored: StoredKey = secret
    ? { ...rest, sealed: await seal(secret, purpose, d, random) }
    : { ...rest, d }
  const kid = await calculateJwkThumbprint(rest)
  return { kid, jwk: JSON.stringify(stored), createdAt, activatedAt: null, retiredAt: null }
}

async function openKey(jwk: string, secret: string | undefined): Promise<JWK> {
  const { sealed, ...key } = JSON.parse(jwk) as StoredKey
  if (sealed === undefined) return key
  const opened = secret && (await unseal(secret, purpose, sealed).catch(() => undefined))
  if (opened) return { ...key, d: opened }
  throw new Error('the signing key is sealed, and SIGNING_KEY_SECRET is not what it was sealed with')
}

/** The key that signs: the one activated last. */
export function findActiveKey(rows: readonly SigningKeyRow[]): SigningKeyRow | undefined {
  const active = rows.filter(({ activatedAt, retiredAt }) => activatedAt !== null && retiredAt === null)
  return active.sort((a, b) => (b.activatedAt ?? 0) - (a.activatedAt ?? 0))[0]
}

export async function createKeySet(
  rows: readonly SigningKeyRow[],
  secret: string | undefined,
): Promise<KeySet> {
  const active = findActiveKey(rows)
  if (!active) throw new Error('there is no signing key')
  const signingKey = await importJWK(await openKey(active.jwk, secret), algorithm)
  const publicKeys = rows.map(({ kid, jwk }): JWK => {
    const { d: _private, sealed: _sealed, ...rest } = JSON.parse(jwk) as StoredKey
    return { ...rest, kid, alg: algorithm, use: 'sig' }
  })
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
