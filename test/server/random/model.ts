import { hashToken } from '../../../demo/server/session/refresh-tokens.ts'
import type { IssuedCookie, Rig, RigAnswer } from './rig.ts'

/** A session as the test believes it to be. */
export interface Family {
  id: string
  user: number
  version: number
  expiresAt: number
  /** Why it is over, beside time and token version. */
  ended: 'logout' | 'replaced' | 'reuse' | undefined
  endedAt: number
  /** A thief has a token of it. */
  robbed: boolean
  /** So long dead that it may have been swept. */
  gone: boolean
  highestGen: number
  tokens: KnownToken[]
  /** Who has exchanged a token and holds what came of it, each outside the grace period of the one before. */
  turns: string[]
  lastCookieAt: number
}

export interface KnownToken {
  token: string
  hash: string
  family: Family
  idleExpiresAt: number
  /** How often it was answered with 200. */
  granted: number
}

export interface KnownAccess {
  token: string
  family: Family
  expiresAt: number
}

/** What was handed out and what has happened to it, derived from requests and answers alone. */
export interface Model {
  readonly versions: number[]
  readonly passwords: string[]
  readonly accesses: KnownAccess[]
  readonly families: Map<string, Family>
  find(token: string | undefined): KnownToken | undefined
  /** Why a session is over; in the words of the server. */
  findEnd(family: Family): 'session_revoked' | 'session_expired' | undefined
  accepts(access: KnownAccess): boolean
  end(family: Family, why: Family['ended']): void
  begin(user: number, answer: RigAnswer): Promise<void>
  learn(cookie: IssuedCookie): Promise<KnownToken | undefined>
  learnAccess(answer: RigAnswer): void
  sweep(): void
}

const day = 24 * 60 * 60_000

export function createModel(rig: Rig, userCount: number): Model {
  const { settings, wall } = rig
  const tokens = new Map<string, KnownToken>()
  const families = new Map<string, Family>()
  const versions = Array<number>(userCount).fill(1)
  const accesses: KnownAccess[] = []

  function findEnd(family: Family) {
    const isRevoked = family.ended !== undefined || family.version !== versions[family.user]
    if (isRevoked) return 'session_revoked'
    return family.expiresAt <= wall() ? 'session_expired' : undefined
  }

  async function learn(cookie: IssuedCookie): Promise<KnownToken | undefined> {
    const family = families.get(cookie.sessionId)
    const known = tokens.get(cookie.token)
    if (known || !family) return known
    const { token, idleExpiresAt } = cookie
    const learnt = { token, hash: await hashToken(token), family, idleExpiresAt, granted: 0 }
    tokens.set(token, learnt)
    family.tokens.push(learnt)
    return learnt
  }

  function learnAccess({ body }: RigAnswer): void {
    const family = families.get(body?.session.id ?? '')
    if (body && family)
      accesses.push({ token: body.access_token, family, expiresAt: wall() + body.expires_in * 1000 })
  }

  return {
    versions,
    passwords: Array<string>(userCount).fill('correct horse'),
    accesses,
    families,
    find: (token) => tokens.get(token ?? ''),
    findEnd,
    learn,
    learnAccess,
    accepts: ({ family, expiresAt }) =>
      !family.gone && !findEnd(family) && wall() - settings.clockTolerance < expiresAt,
    end(family, why) {
      if (findEnd(family)) return
      family.ended = why
      family.endedAt = wall()
    },
    async begin(user, answer) {
      const { cookie } = answer
      if (!cookie) return
      families.set(cookie.sessionId, {
        id: cookie.sessionId,
        user,
        version: versions[user] ?? 0,
        expiresAt: wall() + settings.absoluteLifetime,
        ended: undefined,
        endedAt: Number.POSITIVE_INFINITY,
        robbed: false,
        gone: false,
        highestGen: 0,
        tokens: [],
        turns: [],
        lastCookieAt: wall(),
      })
      await learn(cookie)
      learnAccess(answer)
    },
    sweep() {
      for (const family of families.values()) {
        const idleEnd = Math.max(...family.tokens.map(({ idleExpiresAt }) => idleExpiresAt))
        if (Math.min(family.endedAt, family.expiresAt, idleEnd) < wall() - day) family.gone = true
      }
    },
  }
}
