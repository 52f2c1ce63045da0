import { base64url } from 'jose'
import type { User } from '../store/rows.ts'
import type { Store } from '../store/store.ts'
import { recordEvent, type SecurityEvent } from './audit.ts'
import type { Client } from './client.ts'
import { normalizeEmail } from './emails.ts'
import type { AppPorts } from './ports.ts'
import { createRefreshToken, hashToken } from './refresh-tokens.ts'

/** Checks passwords; an unknown user costs the same work as a known one, or the time would tell who exists. */
export function createAuthenticator({ store, passwords, random }: AppPorts) {
  let dummyHash: Promise<string> | undefined

  return async (email: string, password: string): Promise<{ user: User | undefined; matches: boolean }> => {
    dummyHash ??= passwords.hash(base64url.encode(random(16)))
    const stored = await dummyHash.catch((error: unknown) => {
      dummyHash = undefined
      throw error
    })
    const user = await store.read((records) => records.findUserByEmail(normalizeEmail(email)))
    const matches = await passwords.verify(password, user?.passwordHash ?? stored)
    return { user, matches: matches && user !== undefined }
  }
}

/** Makes the hash anew with the parameters of today, at the one moment when the password is known. */
export async function refreshHash(
  user: User,
  password: string,
  { store, passwords }: AppPorts,
): Promise<void> {
  if (!passwords.isOutdated(user.passwordHash)) return
  const hash = await passwords.hash(password)
  // Only if it still is the same password: it may have been changed meanwhile.
  await store.write((records) => records.replacePassword(user.id, user.passwordHash, hash))
}

/** Sends the way to a new password. Says nothing about whether there is such a user. */
export async function sendPasswordReset(email: string, client: Client, ports: AppPorts): Promise<void> {
  const { store, clock, random, mailer, settings } = ports
  const now = clock()
  const token = createRefreshToken(random)
  const hash = await hashToken(token)
  const expiresAt = now + settings.resetLifetime
  const user = await store.write(async (records) => {
    const found = await records.findUserByEmail(normalizeEmail(email))
    if (!found || found.disabledAt !== null) return undefined
    await records.addPasswordReset({ hash, userId: found.id, createdAt: now, expiresAt })
    const event = { event: 'password_reset_requested', at: now, userId: found.id, client } as const
    await recordEvent(records, random, { ...event, detail: hash.slice(0, 8) })
    return found
  })
  if (user) await mailer.sendPasswordReset({ email: user.email, token, expiresAt })
}

/** Answers whose token it was, if it was good. Everyone who was signed in as this user is signed out. */
export async function resetPassword(
  token: string,
  password: string,
  client: Client,
  { store, clock, random, passwords }: AppPorts,
): Promise<User | undefined> {
  const hash = await hashToken(token)
  const passwordHash = await passwords.hash(password)
  const now = clock()
  return store.write(async (records) => {
    const userId = await records.takePasswordReset(hash, now)
    if (userId === undefined) return undefined
    await records.setPassword(userId, passwordHash)
    await records.raiseTokenVersion(userId)
    const detail = hash.slice(0, 8)
    await recordEvent(records, random, { event: 'password_reset', at: now, userId, client, detail })
    return records.findUser(userId)
  })
}

/** What an administrator's tool needs. */
export interface AdminPorts {
  store: Store
  clock: AppPorts['clock']
  random: AppPorts['random']
}

/** Nobody signs in as this user any more, and every token is dead at once. Answers whether there is such a user. */
export async function disableUser(email: string, ports: AdminPorts): Promise<boolean> {
  return changeUser(email, 'user_disabled', ports.clock(), ports)
}

/** The sessions from before stay dead. */
export async function enableUser(email: string, ports: AdminPorts): Promise<boolean> {
  return changeUser(email, 'user_enabled', null, ports)
}

function changeUser(
  email: string,
  event: SecurityEvent['event'],
  disabledAt: number | null,
  { store, clock, random }: AdminPorts,
): Promise<boolean> {
  return store.write(async (records) => {
    const user = await records.findUserByEmail(normalizeEmail(email))
    if (!user) return false
    await records.setDisabled(user.id, disabledAt)
    await records.dropPasswordReset(user.id)
    await records.raiseTokenVersion(user.id)
    await recordEvent(records, random, { event, at: clock(), userId: user.id })
    return true
  })
}
