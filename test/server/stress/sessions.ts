import { systemRandom } from '../../../demo/server/ambient.ts'
import { demoUsers } from '../../../demo/server/seed.ts'
import { createRefreshToken, hashToken } from '../../../demo/server/session/refresh-tokens.ts'
import type { Store } from '../../../demo/server/store/store.ts'
import { day, minute } from '../backend.ts'

/** A signed-in user, known by the one refresh token. */
export interface SeededSession {
  id: string
  token: string
  hash: string
}

const batch = 250

/** Writes sessions past the sign-in: created a minute ago, so that their tokens are old enough to be exchanged. */
export async function seedSessions(store: Store, count: number, now = Date.now()): Promise<SeededSession[]> {
  const user = await store.read((records) => records.findUserByEmail(demoUsers[0].email))
  if (!user) throw new Error('a server has to run first: it adds the users')
  const seeded = await Promise.all(
    Array.from({ length: count }, async () => {
      const token = createRefreshToken(systemRandom)
      return { id: createRefreshToken(systemRandom), token, hash: await hashToken(token) }
    }),
  )
  const createdAt = now - minute
  for (let start = 0; start < count; start += batch) {
    await store.write(async (records) => {
      for (const { id, hash } of seeded.slice(start, start + batch)) {
        await records.addSession({
          id,
          userId: user.id,
          tokenVersion: user.tokenVersion,
          createdAt,
          expiresAt: createdAt + 30 * day,
          revokedAt: null,
          revokedReason: null,
          userAgent: null,
          ip: null,
        })
        await records.addToken({
          hash,
          sessionId: id,
          parentHash: null,
          gen: 0,
          createdAt,
          idleExpiresAt: createdAt + 7 * day,
          presentedAt: null,
          usedAt: null,
          handedOutAt: null,
          droppedAt: null,
          successorSealed: null,
        })
      }
    })
  }
  return seeded
}
