import { describe, expect, it } from 'vitest'
import { createMemoryStore } from '../../demo/server/store/memory-store.ts'
import { createBackend, minute, stores } from './backend.ts'
import { fill, session, token, user } from './one-session.ts'

const child = { ...token, hash: 'c', parentHash: 'p', gen: 1 }

describe.each(stores)('the $kind store', ({ create }) => {
  it('finds a token with its session, its successor and the present token version', async () => {
    const store = await fill(create())
    await store.write(async (records) => {
      await records.addToken(child)
      await records.raiseTokenVersion('u')
    })
    const found = await store.read((records) => records.findToken('p'))
    expect(found?.token).toMatchObject({ ...token, successor: { hash: 'c', gen: 1, presentedAt: null } })
    expect(found?.session).toEqual({ ...session, currentVersion: 2, userDisabledAt: null })
    expect(await store.read((records) => records.findToken('unknown'))).toBeUndefined()
  })

  it('spends a token for one of two who saw it unspent', async () => {
    const store = await fill(create())
    const spend = (at: number, usedAt: number | null, handedOutAt = usedAt) =>
      store.write((records) =>
        records.spendToken('p', { at, usedAt, handedOutAt, successorSealed: `by ${at}` }),
      )
    const spent = await Promise.all([spend(1, null), spend(2, null)])
    expect(spent.filter(Boolean)).toHaveLength(1)
    const [winner, loser] = spent[0] ? [1, 2] : [2, 1]
    expect(await spend(3, loser)).toBe(false)
    expect(await spend(3, winner)).toBe(true)
    const found = await store.read((records) => records.findToken('p'))
    expect(found?.token).toMatchObject({ usedAt: 3, presentedAt: winner, successorSealed: 'by 3' })
  })

  it('hands out only the successor that was found, and then spends only what was found', async () => {
    const store = await fill(create())
    const spend = (at: number, usedAt: number | null, handedOutAt: number | null) =>
      store.write((records) =>
        records.spendToken('p', { at, usedAt, handedOutAt, successorSealed: 'sealed' }),
      )
    const handOut = (at: number, usedAt: number | null) =>
      store.write((records) => records.handOut('p', { at, usedAt }))
    await spend(1, null, null)
    expect(await handOut(2, 7)).toBe(false)
    expect(await handOut(2, 1)).toBe(true)
    expect(await spend(3, 1, 1)).toBe(false)
    expect(await spend(3, 1, 2)).toBe(true)
    const found = await store.read((records) => records.findToken('p'))
    expect(found?.token).toMatchObject({ usedAt: 3, handedOutAt: 3 })
  })

  it('drops a token only while nobody has presented it, and never lets a dropped one be used', async () => {
    const store = await fill(create())
    await store.write((records) => records.addToken(child))
    expect(await store.write((records) => records.dropToken('c', 7))).toBe(true)
    expect(await store.write((records) => records.dropToken('c', 8))).toBe(false)
    expect(await store.write((records) => records.markPresented('c', 8))).toBe(false)
    const spending = { at: 8, usedAt: null, handedOutAt: null, successorSealed: null }
    expect(await store.write((records) => records.spendToken('c', spending))).toBe(false)
    expect(await store.write((records) => records.markPresented('p', 8))).toBe(true)
    expect(await store.write((records) => records.dropToken('p', 8))).toBe(false)
  })

  it('refuses a second living successor but takes one beside a dropped one', async () => {
    const store = await fill(create())
    await store.write((records) => records.addToken(child))
    await expect(store.write((records) => records.addToken({ ...child, hash: 'd' }))).rejects.toThrow()
    await store.write((records) => records.dropToken('c', 7))
    await store.write((records) => records.addToken({ ...child, hash: 'd', gen: 2 }))
    const found = await store.read((records) => records.findToken('p'))
    expect(found?.token.successor).toMatchObject({ hash: 'd', gen: 2 })
  })

  it('keeps nothing of a write that throws and goes on with the next', async () => {
    const store = await fill(create())
    const failing = store.write(async (records) => {
      await records.revokeSession('s', 5, 'reuse')
      await records.addUser({ ...user, id: 'v', email: 'b@example.com' })
      throw new Error('half way')
    })
    await expect(failing).rejects.toThrow('half way')
    expect(await store.read((records) => records.findSession('s'))).toMatchObject({ revokedAt: null })
    expect(await store.read((records) => records.findUserByEmail('b@example.com'))).toBeUndefined()
  })

  it('keeps the first reason of a revocation', async () => {
    const store = await fill(create())
    await store.write((records) => records.revokeSession('s', 5, 'reuse'))
    await store.write((records) => records.revokeSession('s', 6, 'logout'))
    const found = await store.read((records) => records.findSession('s'))
    expect(found).toMatchObject({ revokedAt: 5, revokedReason: 'reuse' })
  })

  it('refuses a second user with the same email', async () => {
    const store = await fill(create())
    expect(await store.write((records) => records.addUser({ ...user, id: 'v' }))).toBe(false)
  })

  it.each([
    ['past its absolute end', { expiresAt: 99 }, { idleExpiresAt: 500 }, false],
    ['idle for too long', {}, { idleExpiresAt: 99 }, false],
    ['revoked', { revokedAt: 99 }, {}, false],
    ['alive', {}, {}, true],
    ['ended a moment ago', { revokedAt: 100 }, {}, true],
  ])('sweeps with its tokens a session that is %s, or leaves it', async (_case, ended, idle, stays) => {
    const store = await create()
    await store.write(async (records) => {
      await records.addUser(user)
      await records.addSession({ ...session, ...ended })
      await records.addToken({ ...token, ...idle })
    })
    await store.write((records) => records.sweep({ spentBefore: 0, endedBefore: 100, auditedBefore: 0 }))
    expect((await store.read((records) => records.findSession('s'))) !== undefined).toBe(stays)
    // Under the same id again, nothing of the old family must come back.
    if (!stays) await store.write((records) => records.addSession(session))
    expect((await store.read((records) => records.findToken('p'))) !== undefined).toBe(stays)
  })

  it('sweeps the successors sealed for tokens spent long ago', async () => {
    const store = await fill(create())
    await store.write((records) =>
      records.spendToken('p', { at: 50, usedAt: null, handedOutAt: null, successorSealed: 'sealed' }),
    )
    await store.write((records) => records.sweep({ spentBefore: 50, endedBefore: 0, auditedBefore: 0 }))
    expect((await store.read((records) => records.findToken('p')))?.token.successorSealed).toBe('sealed')
    await store.write((records) => records.sweep({ spentBefore: 51, endedBefore: 0, auditedBefore: 0 }))
    expect((await store.read((records) => records.findToken('p')))?.token.successorSealed).toBeNull()
  })

  it('answers 503 and never 401 when it is gone', async () => {
    const store = await create()
    const { browser } = await createBackend(store)
    const page = browser()
    const { access_token: token } = await page.login()
    await store.close()
    for (const answer of [await page.refresh(), await page.get('/api/me', token)]) {
      expect(answer).toMatchObject({ status: 503, body: { code: 'unavailable' }, cookies: [] })
      expect(answer.headers.get('retry-after')).toBe('1')
    }
  })

  it('may be closed twice', async () => {
    const store = await create()
    await store.close()
    await expect(store.close()).resolves.toBeUndefined()
  })
})

describe('the memory store on a shelf', () => {
  it('keeps sessions over a reload and shares them with another tab', async () => {
    let saved: string | null = null
    const shelf = {
      load: () => saved,
      save: (text: string) => {
        saved = text
      },
    }
    const before = await createBackend(createMemoryStore(shelf))
    const page = before.browser()
    const { access_token: token } = await page.login()
    const after = await createBackend(createMemoryStore(shelf))
    const reloaded = after.browser()
    for (const [name, value] of page.jar) reloaded.jar.set(name, value)
    expect((await reloaded.get('/api/me', token)).status).toBe(200)
    after.clock.advance(minute)
    expect((await reloaded.refresh()).status).toBe(200)
    before.clock.advance(minute)
    await page.refresh()
    expect(page.held()).toBe(reloaded.held())
  })
})
