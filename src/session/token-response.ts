import { isTokenText, readJwt, type TokenFacts } from './access-token.ts'
import type { ExpiryUnit, RefreshEndpoint } from './auth-endpoint.ts'
import { InvalidTokenResponseError } from './errors.ts'
import { ownPath, ownProperty } from './own-property.ts'

/** What the answers of one backend look like. */
export type ResponseShape = Pick<RefreshEndpoint, 'accessToken' | 'expiry' | 'lifetime' | 'subject'>

const usualPaths = [
  'access_token',
  'accessToken',
  'access',
  'token',
  'jwt',
  'refreshedToken',
  'data.access_token',
]

function findToken(
  body: unknown,
  headers: Headers,
  where: ResponseShape['accessToken'] = usualPaths,
): unknown {
  if (where === false) return ''
  if (typeof where === 'function') return find(where, body, headers)
  const paths = typeof where === 'string' ? [where] : where
  return paths.map((path) => ownPath(body, path)).find((found) => found !== undefined && found !== null)
}

type Find = (body: unknown, headers: Headers) => unknown

const find = (where: string | Find, body: unknown, headers: Headers) =>
  typeof where === 'function' ? ask(where, body, headers) : ownPath(body, where)

/** What the app's own function throws may quote from the body, and the body may be a token. */
function ask(look: Find, body: unknown, headers: Headers): unknown {
  try {
    return look(body, headers)
  } catch {
    return undefined
  }
}

/** Of an object, but for a date, a text says nothing, and some cannot be made one at all. */
function textOf(value: unknown): string | undefined {
  const isThing = typeof value === 'object' && !(value instanceof Date)
  return value === undefined || isThing ? undefined : String(value)
}

/** What the server's clock said when it answered, NaN if nothing. Other origins have to expose the header. */
export function serverTime(headers: Headers): number {
  return Date.parse(headers.get('Date') ?? '')
}

function lifetimeFrom(said: unknown, unit: ExpiryUnit, now: number): number {
  if (unit === 'iso') return Date.parse(textOf(said) ?? '') - now
  // Some backends write their numbers as strings.
  const number = typeof said === 'string' && said.trim() ? Number(said) : said
  if (typeof number !== 'number') return NaN
  if (unit === 'ms') return number
  return number * 1000 - (unit === 's' ? 0 : now)
}

/**
 * Reads an answer's parsed body, or a bare token. An expiry that is a moment means nothing without the `Date` header,
 * because the client's own clock may be off by hours.
 */
export function readTokenResponse(
  body: unknown,
  shape: ResponseShape,
  headers: Headers = new Headers(),
): TokenFacts {
  const isBare =
    typeof body === 'string' && typeof shape.accessToken !== 'function' && shape.accessToken !== false
  const value = isBare ? body : findToken(body, headers, shape.accessToken)
  if (value !== '' || shape.accessToken !== false) {
    if (!isTokenText(value)) {
      throw new InvalidTokenResponseError('The answer was a success, but no access token was found in it.')
    }
  }
  const { path, unit } = shape.expiry ?? { path: 'expires_in', unit: 's' }
  const now = serverTime(headers)
  const told = find(path, body, headers)
  const said = lifetimeFrom(told, unit, now)
  const jwt = readJwt(value, Number.isFinite(now) ? now : undefined)
  const lifetime = Number.isFinite(said) ? said : (jwt.lifetime ?? shape.lifetime)
  if (lifetime !== undefined && lifetime <= 0) {
    throw new InvalidTokenResponseError(
      'The access token in the answer had already expired when it was issued.',
    )
  }
  const subject = shape.subject ? textOf(find(shape.subject, body, headers)) : undefined
  return { value, lifetime, subject: subject ?? jwt.subject }
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
  // One without an end lives until a 401, like one of which nobody knows.
  const isEndless = lifetime === Infinity
  return { ...facts, lifetime: isEndless ? undefined : lifetime, subject: textOf(subject) ?? facts.subject }
}
