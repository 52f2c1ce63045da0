import { describe, expect, it, vi } from 'vitest'
import { createShelf, createVisitor } from './visitor.ts'

describe('the faults of the demo', () => {
  it('breaks the refresh endpoint in all the ways the page offers, and mends it', async () => {
    const visitor = await createVisitor()
    await visitor.signIn()
    const cookies = new Map(visitor.jar)
    await visitor.change({ refresh: 'broken' })
    expect((await visitor.refresh())?.status).toBe(500)
    await visitor.change({ refresh: 'unavailable' })
    expect((await visitor.refresh())?.status).toBe(503)
    await visitor.change({ refresh: 'limited' })
    const limited = await visitor.refresh()
    expect([limited?.status, limited?.headers.get('Retry-After')]).toEqual([429, '5'])
    await visitor.change({ refresh: 'portal' })
    const portal = await visitor.refresh()
    expect([portal?.status, portal?.headers.get('Content-Type')]).toEqual([200, 'text/html'])
    await visitor.change({ refresh: 'cut' })
    expect(await visitor.refresh()).toBeNull()
    await visitor.change({ refresh: 'lost' })
    expect(await visitor.refresh()).toBeNull()
    expect(visitor.jar).toEqual(cookies)
    await visitor.change({ refresh: 'normal' })
    expect((await visitor.refresh())?.status).toBe(200)
  })

  it('holds back an answer, and gives up on one that never comes', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const startsWaiting = async () => {
      while (vi.getTimerCount() === 0) await new Promise((resolve) => setImmediate(resolve))
    }
    try {
      const visitor = await createVisitor()
      await visitor.signIn()
      await visitor.change({ refreshDelay: 2000 })
      const slow = visitor.refresh()
      await startsWaiting()
      vi.advanceTimersByTime(1999)
      expect(vi.getTimerCount()).toBe(1)
      vi.advanceTimersByTime(1)
      expect((await slow)?.status).toBe(200)
      await visitor.change({ refresh: 'hangs' })
      const hanging = visitor.refresh()
      await startsWaiting()
      vi.advanceTimersByTime(20_000)
      expect(await hanging).toBeNull()
    } finally {
      vi.useRealTimers()
    }
  })

  it('expires the tokens issued so far, and no later one', async () => {
    const visitor = await createVisitor()
    const token = await visitor.signIn()
    expect(await visitor.call(token, 'a')).toBe(200)
    await visitor.post('/demo/expire')
    expect(await visitor.call(token, 'b')).toBe(401)
    await vi.waitUntil(async () => (await visitor.call(await visitor.renew(), 'c')) === 200)
  })

  it('gives the next token another lifetime', async () => {
    const visitor = await createVisitor()
    await visitor.signIn()
    await visitor.change({ tokenLifetime: 5000 })
    expect(await (await visitor.refresh())?.json()).toMatchObject({ expires_in: 5 })
  })

  it('is out of order for so many calls only', async () => {
    const visitor = await createVisitor()
    await visitor.signIn()
    await visitor.change({ refresh: 'unavailable', refreshTimes: 2 })
    const statuses = []
    for (let times = 0; times < 3; times += 1) statuses.push((await visitor.refresh())?.status)
    expect(statuses).toEqual([503, 503, 200])
  })

  it('brings the new cookie with the answer, and not without it', async () => {
    const visitor = await createVisitor()
    await visitor.signIn()
    const before = visitor.jar.get('sr_rt')
    await visitor.change({ refresh: 'lost', refreshTimes: 1, gracePeriod: 0 })
    expect(await visitor.refresh()).toBeNull()
    expect(visitor.jar.get('sr_rt')).toBe(before)
    expect((await visitor.refresh())?.status).toBe(200)
    expect(visitor.jar.get('sr_rt')).not.toBe(before)
  })

  it('breaks every connection but the one that mends it', async () => {
    const visitor = await createVisitor()
    const token = await visitor.signIn()
    await visitor.change({ offline: true })
    expect([await visitor.refresh(), await visitor.call(token, 'a')]).toEqual([null, undefined])
    await visitor.change({ offline: false })
    expect(await visitor.call(token, 'a')).toBe(200)
  })

  it.each([120_000, -120_000])(
    'sets the clock of the server by %i ms, and new tokens are good',
    async (offset) => {
      const visitor = await createVisitor()
      const old = await visitor.signIn()
      await visitor.change({ clockOffset: offset })
      expect(await visitor.call(old, 'a')).toBe(offset > 0 ? 401 : 200)
      const token = await visitor.renew()
      const { iat } = JSON.parse(atob(token.split('.')[1] ?? '')) as { iat: number }
      expect(Math.abs(iat * 1000 - Date.now() - offset)).toBeLessThan(30_000)
      expect(await visitor.call(token, 'b')).toBe(200)
      await visitor.post('/demo/expire')
      expect(await visitor.call(token, 'c')).toBe(401)
    },
  )

  it('leaves what it does not understand', async () => {
    const visitor = await createVisitor()
    const { faults } = await visitor.state()
    const odd = { refresh: 'explode', refreshDelay: -1, tokenLifetime: '5', expiredUntil: null, other: 1 }
    expect((await visitor.change(odd)).faults).toEqual(faults)
    expect((await visitor.change([])).faults).toEqual(faults)
  })

  it('keeps sessions and faults over a reload where it has a shelf', async () => {
    const shelves = { tables: createShelf(), faults: createShelf() }
    const before = await createVisitor(shelves)
    const token = await before.signIn()
    await before.change({ refresh: 'unavailable', tokenLifetime: 15_000 })
    const after = await createVisitor(shelves, before.jar)
    expect((await after.state()).faults).toMatchObject({ refresh: 'unavailable', tokenLifetime: 15_000 })
    await after.change({ refresh: 'normal' })
    expect(await after.call(token, 'a')).toBe(200)
    expect((await after.refresh())?.status).toBe(200)
  })
})
