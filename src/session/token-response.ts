import { isTokenText, readJwt, type TokenFacts } from './access-token.ts'
import { InvalidTokenResponseError } from './errors.ts'
import type { ExpiryUnit, RefreshEndpoint } from './options.ts'
import { ownPath, ownProperty } from './own-property.ts'

/** What the answers of one backend look like. */
export type ResponseShape = Pick<RefreshEndpoint, 'accessToken' | 'expiry' | 'subject'>

const usualPaths = [
  'access_token',
  'accessToken',
  'access',
  'token',
  'jwt',
  'refreshedToken',
  'data.access_token',
]

function findToken(body: unknown, where: ResponseShape['accessToken'] = usualPaths): unknown {
  if (where === false) return ''
  if (typeof where === 'function') return ask(where, body)
  const paths = typeof where === 'string' ? [where] : where
  return paths.map((path) => ownPath(body, path)).find((found) => found !== undefined && found !== null)
}

/** What the app's own function throws may quote from the body, and the body may be a token. */
function ask(find: (body: unknown) => unknown, body: unknown): unknown {
  try {
    return find(body)
  } catch {
    return undefined
  }
}

function lifetimeFrom(said: unknown, unit: ExpiryUnit, serverTime: number | undefined): number {
  if (unit === 'iso') return Date.parse(String(said)) - (serverTime ?? NaN)
  // Some backends write their numbers as strings.
  const number = typeof said === 'string' && said.trim() ? Number(said) : said
  if (typeof number !== 'number') return NaN
  if (unit === 'ms') return number
  return number * 1000 - (unit === 's' ? 0 : (serverTime ?? NaN))
}

/**
 * Reads an answer's parsed body, or a bare token. `serverTime` is the answer's `Date` header where it is readable: an
 * expiry that is a moment means nothing without it, because the client's own clock may be off by hours.
 */
export function readTokenResponse(body: unknown, shape: ResponseShape, serverTime?: number): TokenFacts {
  const isBare = typeof body === 'string' && shape.accessToken !== false
  const value = isBare ? body : findToken(body, shape.accessToken)
  if (value !== '' || shape.accessToken !== false) {
    if (!isTokenText(value)) {
      throw new InvalidTokenResponseError('The answer was a success, but no access token was found in it.')
    }
  }
  const { path, unit } = shape.expiry ?? { path: 'expires_in', unit: 's' }
  const said = lifetimeFrom(ownPath(body, path), unit, serverTime)
  const jwt = readJwt(value, serverTime)
  const lifetime = Number.isFinite(said) ? said : jwt.lifetime
  if (lifetime !== undefined && lifetime <= 0) {
    throw new InvalidTokenResponseError(
      'The access token in the answer had already expired when it was issued.',
    )
  }
  const subject = shape.subject ? ownPath(body, shape.subject) : undefined
  return {
    value,
    lifetime,
    subject: subject === undefined ? jwt.subject : String(subject),
  }
}

/** Reads what a custom refresh function resolved with. Its numbers are milliseconds, and `wall` is their clock. */
export function readTokenResult(result: unknown, shape: ResponseShape, wall: number): TokenFacts {
  const expiresIn = ownProperty(result, 'expiresIn')
  const expiresAt = ownProperty(result, 'expiresAt')
  const subject = ownProperty(result, 'subject')
  const facts = readTokenResponse(result, shape)
  const lifetime =
    typeof expiresIn === 'number'
      ? expiresIn
      : typeof expiresAt === 'number'
        ? expiresAt - wall
        : facts.lifetime
  if (lifetime !== undefined && !(lifetime >= 1000)) {
    throw new InvalidTokenResponseError(
      'The access token would live less than a second. expiresIn and expiresAt are milliseconds.',
    )
  }
  return {
    ...facts,
    lifetime,
    subject: subject === undefined ? facts.subject : String(subject),
  }
}
