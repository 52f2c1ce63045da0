import type { RefreshTokenRow, SessionRow } from '../../demo/server/store/rows.ts'
import type { Store } from '../../demo/server/store/store.ts'

export const user = {
  id: 'u',
  email: 'a@example.com',
  passwordHash: 'x',
  tokenVersion: 1,
  createdAt: 0,
  disabledAt: null,
}
export const session: SessionRow = {
  id: 's',
  userId: 'u',
  tokenVersion: 1,
  createdAt: 0,
  expiresAt: 1000,
  revokedAt: null,
  revokedReason: null,
  userAgent: null,
  ip: null,
}
export const token: RefreshTokenRow = {
  hash: 'p',
  sessionId: 's',
  parentHash: null,
  gen: 0,
  createdAt: 0,
  idleExpiresAt: 500,
  presentedAt: null,
  usedAt: null,
  handedOutAt: null,
  droppedAt: null,
  successorSealed: null,
}

/** A store with that user, that session and that token. */
export async function fill(given: Promise<Store>): Promise<Store> {
  const store = await given
  await store.write(async (records) => {
    await records.addUser(user)
    await records.addSession(session)
    await records.addToken(token)
  })
  return store
}
