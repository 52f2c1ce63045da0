import { errors } from 'jose'
import { type Clock, type Random, systemClock, systemRandom } from '../ambient.ts'
import type { Store } from '../store/store.ts'
import { recordEvent } from './audit.ts'
import { createKeySet, findActiveKey, generateKey, type KeySet } from './key-set.ts'

export type { AccessTokenClaims } from './key-set.ts'

/** The keys of the store, as this instance knows them at the moment. */
export interface Keys extends KeySet {
  /** Reads the store again: another instance may have rotated. */
  reload(): Promise<void>
  /**
   * The next key becomes active; the one that was active is retired and goes on verifying; a new next one is
   * published. Publishing a key long before it signs is what lets everybody else know it in time.
   */
  rotate(): Promise<void>
  /** Removes the keys retired before this time, in epoch milliseconds: their tokens fail from now on. */
  removeRetired(before: number): Promise<void>
  /** For an emergency: all keys are replaced, every access token fails at once, and refreshes bring new ones. */
  replaceAll(): Promise<void>
  /** Since when the active key has been signing, in epoch milliseconds. */
  activeSince(): number
  /** Since when the next key has been published. */
  nextSince(): number
}

export interface KeyOptions {
  clock?: Clock
  random?: Random
  /** Seals the private keys in the store; those that lie there unsealed go on. @default none */
  secret?: string | undefined
}

const shortestSecret = 32

/** A forger with invented key ids must not make us ask the database each time. */
const searchInterval = 1000

/** Takes the keys of the store, making the first ones: tokens and sessions survive a restart alike. */
export async function loadKeys(
  store: Store,
  { clock = systemClock, random = systemRandom, secret }: KeyOptions = {},
): Promise<Keys> {
  if (secret !== undefined && secret.length < shortestSecret) {
    throw new TypeError(`SIGNING_KEY_SECRET must have at least ${shortestSecret} characters`)
  }
  const sealing = { secret, random }
  const fresh = await generateKey(clock(), sealing)
  const freshNext = await generateKey(clock() + 1, sealing)
  let rows = await store.write(async (records) => {
    // Several instances may be starting on an empty database.
    await records.lockSigningKeys()
    const known = await records.listSigningKeys()
    const hasNext = known.some(({ activatedAt }) => activatedAt === null)
    if (findActiveKey(known) && hasNext) return known
    if (!findActiveKey(known)) await records.addSigningKey({ ...fresh, activatedAt: clock() })
    if (!hasNext) await records.addSigningKey(freshNext)
    return records.listSigningKeys()
  })
  let keySet = await createKeySet(rows, secret)
  let lastSearch: { at: number; done: Promise<void> } | undefined

  /** All who meet an unknown key while another search is on, or was just now, share its outcome. */
  function search(): Promise<void> {
    const now = clock()
    if (!lastSearch || Math.abs(now - lastSearch.at) >= searchInterval) {
      lastSearch = { at: now, done: reload() }
    }
    return lastSearch.done
  }

  async function reload(): Promise<void> {
    rows = await store.read((records) => records.listSigningKeys())
    keySet = await createKeySet(rows, secret)
  }

  return {
    reload,
    sign: (claims) => keySet.sign(claims),
    jwks: () => keySet.jwks(),
    nextSince: () => rows.find(({ activatedAt }) => activatedAt === null)?.createdAt ?? 0,
    activeSince: () => findActiveKey(rows)?.activatedAt ?? 0,
    async verify(token, expectation) {
      try {
        return await keySet.verify(token, expectation)
      } catch (error) {
        if (!(error instanceof errors.JWKSNoMatchingKey)) throw error
        await search()
        return keySet.verify(token, expectation)
      }
    },
    async rotate() {
      // Before anything is awaited: it is this key whose time is up, whatever is learnt meanwhile.
      const active = findActiveKey(rows)?.kid
      const now = clock()
      const fresh = await generateKey(now, sealing)
      await store.write(async (records) => {
        await records.lockSigningKeys()
        const known = await records.listSigningKeys()
        const next = known.find(({ activatedAt }) => activatedAt === null)
        // Another instance was faster: its new next key has been published for a moment only, and must not sign yet.
        if (!next || findActiveKey(known)?.kid !== active) return
        await records.activateSigningKey(next.kid, now)
        for (const { kid, activatedAt } of known) {
          if (activatedAt !== null) await records.retireSigningKey(kid, now)
        }
        await records.addSigningKey(fresh)
        await recordEvent(records, random, { event: 'key_rotated', at: now, detail: next.kid.slice(0, 8) })
      })
      await reload()
    },
    async replaceAll() {
      const now = clock()
      const active = { ...(await generateKey(now, sealing)), activatedAt: now }
      const next = await generateKey(now + 1, sealing)
      await store.write(async (records) => {
        await records.lockSigningKeys()
        for (const { kid } of await records.listSigningKeys()) await records.retireSigningKey(kid, 0)
        await records.removeSigningKeys(now)
        await records.addSigningKey(active)
        await records.addSigningKey(next)
        await recordEvent(records, random, { event: 'key_rotated', at: now, detail: active.kid.slice(0, 8) })
      })
      await reload()
    },
    async removeRetired(before) {
      await store.write((records) => records.removeSigningKeys(before))
      await reload()
    },
  }
}
