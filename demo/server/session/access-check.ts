import { errors } from 'jose'
import type { Clock } from '../ambient.ts'
import type { Settings } from '../settings.ts'
import type { Session } from '../store/rows.ts'
import type { Store } from '../store/store.ts'
import type { AccessTokenClaims, Keys } from './keys.ts'
import { findEnd } from './standing.ts'

export interface AccessCheckPorts {
  store: Store
  keys: Keys
  clock: Clock
  settings: Settings
}

/** Why an access token is refused: the codes of the answer. */
export type TokenProblem = 'token_missing' | 'token_expired' | 'token_invalid' | 'token_revoked'

export type AccessCheck =
  | { valid: true; userId: string; sessionId: string; version: number }
  | { valid: false; code: TokenProblem }

/** `strict` reads the database whatever the settings say: for what must not be done with a revoked token. */
export type AccessChecker = (header: string | null, strict?: boolean) => Promise<AccessCheck>

/** Signature, claims, expiry; then whether the session lives and the token version is still the user's. */
export function createAccessChecker(ports: AccessCheckPorts): AccessChecker {
  const { clock, store, settings } = ports
  const findFresh = (id: string) => store.read((records) => records.findSession(id))
  const findCached = cacheSessions(findFresh, clock, settings.cachedFor)

  return async (header, strict = false) => {
    const [scheme = '', token = ''] = splitHeader(header ?? '')
    if (scheme.toLowerCase() !== 'bearer') return { valid: false, code: 'token_missing' }
    if (!/^[\w-]+\.[\w-]+\.[\w-]+$/.test(token)) return { valid: false, code: 'token_invalid' }
    const claims = await verify(token, ports)
    if (typeof claims === 'string') return { valid: false, code: claims }
    const { sub: userId, sid: sessionId, ver: version } = claims
    const granted = { valid: true, userId, sessionId, version } as const
    if (settings.verification === 'stateless' && !strict) return granted

    const find = settings.verification === 'cached' && !strict ? findCached : findFresh
    const session = await find(sessionId)
    // The version of both, because a session of an older one must not live on through a token of the present one.
    const matches = session?.userId === userId && session.currentVersion === version
    if (!session || !matches || findEnd(session, clock())) return { valid: false, code: 'token_revoked' }
    return granted
  }
}

/** Scheme and credentials. Only blanks and tabs are space in a header: what else looks like it belongs to a value. */
function splitHeader(header: string): [scheme: string, credentials: string] | [] {
  const [, scheme, credentials = ''] = /^[ \t]*([^ \t]+)[ \t]*(.*?)[ \t]*$/s.exec(header) ?? []
  return scheme === undefined ? [] : [scheme, credentials]
}

async function verify(token: string, ports: AccessCheckPorts): Promise<AccessTokenClaims | TokenProblem> {
  const { issuer, audience, clockTolerance } = ports.settings
  const now = ports.clock() - clockTolerance
  try {
    const claims = await ports.keys.verify(token, { issuer, audience, now })
    if (!isComplete(claims)) return 'token_invalid'
    // jose compares whole seconds.
    return claims.exp * 1000 <= now ? 'token_expired' : claims
  } catch (error) {
    if (error instanceof errors.JWTExpired) return 'token_expired'
    if (error instanceof errors.JOSEError) return 'token_invalid'
    throw error
  }
}

/** jose has seen that the claims are there, not what they are. */
function isComplete({ sub, sid, ver, exp }: AccessTokenClaims): boolean {
  const areTexts = typeof sub === 'string' && typeof sid === 'string' && !sid.includes('\0')
  return areTexts && Number.isInteger(ver) && Number.isFinite(exp)
}

type FindSession = (id: string) => Promise<Session | undefined>

const mostCached = 10_000

/** Each session is read once in a while, however many requests ask; the oldest are forgotten first. */
function cacheSessions(find: FindSession, clock: Clock, life: number): FindSession {
  const cached = new Map<string, { at: number; session: Promise<Session | undefined> }>()

  return (id) => {
    const now = clock()
    const known = cached.get(id)
    if (known && Math.abs(now - known.at) < life) return known.session
    const session = find(id)
    cached.delete(id)
    cached.set(id, { at: now, session })
    // Trouble with the database is no fact about the session.
    session.catch(() => cached.get(id)?.session === session && cached.delete(id))
    const [oldest] = cached.keys()
    if (cached.size > mostCached && oldest !== undefined) cached.delete(oldest)
    return session
  }
}
