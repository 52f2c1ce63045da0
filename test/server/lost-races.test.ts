import { describe, expect, it } from 'vitest'
import { watchClockSteps } from '../../demo/server/session/clock-steps.ts'
import { hashToken } from '../../demo/server/session/refresh-tokens.ts'
import { createMemoryStore } from '../../demo/server/store/memory-store.ts'
import { type Records, type Store, TransactionConflictError } from '../../demo/server/store/store.ts'
import { createBackend, minute, stores } from './backend.ts'
import { fill, session, token } from './one-session.ts'

describe.each(stores)('a token in the $kind store', ({ create }) => {
  it('that has been dropped is not handed out any more, nor one that nobody knows', async () => {
    const store = await fill(create())
    const handOut = (hash: string) => store.write((records) => records.handOut(hash, { at: 9, usedAt: null }))
    expect(await handOut('p')).toBe(true)
    expect(await handOut('unknown')).toBe(false)
    await store.write((records) => records.dropToken('p', 7))
    expect(await handOut('p')).toBe(false)
  })

  it('is not spent by who saw it spent at another time', async () => {
    const store = await fill(create())
    const spend = (usedAt: number | null) =>
      store.write((records) =>
        records.spendToken('p', { at: 5, usedAt, handedOutAt: null, successorSealed: null }),
      )
    expect(await spend(4)).toBe(false)
    expect(await spend(null)).toBe(true)
  })

  it('has no successor before it is exchanged', async () => {
    const store = await fill(create())
    const found = await store.read((records) => records.findToken('p'))
    expect(found?.token.successor).toBeNull()
  })

  it('counts for when its session was used last, and sessions of one moment have an order', async () => {
    const store = await fill(create())
    await store.write(async (records) => {
      await records.spendToken('p', { at: 5, usedAt: null, handedOutAt: null, successorSealed: null })
      await records.addToken({ ...token, hash: 'c', parentHash: 'p', gen: 1, createdAt: 3, presentedAt: 400 })
      for (const id of ['z', 'a']) {
        await records.addSession({ ...session, id })
        await records.addToken({ ...token, hash: `of ${id}`, sessionId: id })
      }
    })
    const list = await store.read((records) => records.listSessions('u'))
    expect(list.map(({ id, lastUsedAt }) => [id, lastUsedAt])).toEqual([
      ['a', 0],
      ['s', 400],
      ['z', 0],
    ])
  })

  it('belongs to a session that ends once, for the reason that came first', async () => {
    const store = await fill(create())
    const end = (id: string, reason: 'reuse' | 'signed_out') =>
      store.write((records) => records.revokeSession(id, 7, reason as never))
    expect(await end('s', 'reuse')).toBe(true)
    expect(await end('s', 'signed_out')).toBe(false)
    expect(await end('unknown', 'reuse')).toBe(false)
    const found = await store.read((records) => records.findSession('s'))
    expect(found?.revokedReason).toBe('reuse')
  })
})

describe('a client whose answer got lost', () => {
  it('is no thief when its successor is handed out in the moment in which another is made', async () => {
    let isTripped = false
    const trip = (records: Records): Records => {
      let hasDropped = false
      return {
        ...records,
        dropToken: async (...asked) => {
          hasDropped = true
          return records.dropToken(...asked)
        },
        spendToken: async (...asked) => {
          if (!hasDropped || isTripped) return records.spendToken(...asked)
          isTripped = true
          return false
        },
      }
    }
    const memory = createMemoryStore()
    const store: Store = {
      ...memory,
      // As the stores do that know conflicts.
      async write(work) {
        try {
          return await memory.write((records) => work(trip(records)))
        } catch (error) {
          if (!(error instanceof TransactionConflictError)) throw error
          return store.write(work)
        }
      },
    }
    const { browser, clock } = await createBackend(store)
    const own = browser()
    await own.login()
    clock.advance(minute)
    await own.copy().refresh()
    clock.advance(minute)
    expect((await own.refresh()).status).toBe(200)
    expect(isTripped).toBe(true)
    clock.advance(minute)
    expect((await own.refresh()).status).toBe(200)
  })
})

describe('what a row of a token is found by', () => {
  it('is the SHA-256 of it in hexadecimal, zeros and all', async () => {
    expect(await hashToken('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad')
  })
})

describe('a clock', () => {
  it.each([
    [999, 0],
    [1000, 1000],
  ])('that jumps ahead by %i ms counts as stepped by %i', (jump, step) => {
    let [wall, monotonic] = [0, 0]
    const look = watchClockSteps(
      () => wall,
      () => monotonic,
      minute,
    )
    wall += jump + 10
    monotonic += 10
    expect(look()).toBe(step)
  })
})

describe('a session in the list of devices', () => {
  it('is gone at the very moment of its idle end', async () => {
    const { browser, clock } = await createBackend(createMemoryStore(), { idleLifetime: 10 * minute })
    const [own, other] = [browser(), browser()]
    await own.login()
    clock.advance(5 * minute)
    await other.login()
    const list = async () => {
      const { access_token } = (await other.refresh()).body
      const { body } = await other.get('/auth/sessions', access_token)
      return (body as unknown as { sessions: unknown[] }).sessions.length
    }
    clock.advance(5 * minute - 1)
    expect(await list()).toBe(2)
    clock.advance(1)
    expect(await list()).toBe(1)
  })
})
