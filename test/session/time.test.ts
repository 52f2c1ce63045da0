import { describe, expect, it } from 'vitest'
import { createFetch } from '../../src/clients/fetch.ts'
import { json } from '../helpers/fake-server.ts'
import { track } from '../helpers/track.ts'
import { createWorld, type World } from '../helpers/world.ts'

const second = 1000
const minute = 60 * second
const hour = 60 * minute
const day = 24 * hour
const timerLimit = 2 ** 31 - 1

async function signedIn(lifetime: number, arrange: (world: World) => void = () => {}, options = {}) {
  const world = createWorld()
  world.server.lifetime = lifetime
  arrange(world)
  const opened = await world.openSignedIn(options)
  return { ...world, ...opened, send: createFetch(opened.session) }
}

const reasons = (events: readonly { type: string; reason?: string }[]) =>
  events.filter(({ type }) => type === 'refresh-started').map(({ reason }) => reason)

describe('an idle page', () => {
  it.each([
    ['6 s', 6 * second, 20],
    ['30 s', 30 * second, 20],
    ['15 min', 15 * minute, 20],
    ['60 days', 60 * day, 1],
  ])(
    'refreshes once in each lifetime of %s, ahead of its end',
    async (_, lifetime, count) => {
      const { server, clock, events } = await signedIn(lifetime)
      const margin = Math.min(minute, lifetime / 5)
      let issuedAt = clock.now().wall
      await clock.advance(lifetime * count)
      expect(server.refreshes.length).toBeGreaterThanOrEqual(count)
      for (const { at } of server.refreshes) {
        expect(at).toBeGreaterThanOrEqual(issuedAt + lifetime - margin)
        expect(at).toBeLessThanOrEqual(issuedAt + lifetime - margin * 0.75)
        issuedAt = at
      }
      expect(new Set(reasons(events))).toEqual(new Set(['proactive']))
      expect(clock.longestDelay).toBeLessThanOrEqual(timerLimit)
    },
    60_000,
  )

  it.each([
    ['1 s', second],
    ['5 s', 5 * second],
    ['no known end', Infinity],
  ])('does not refresh ahead where the lifetime leaves no margin: %s', async (_, lifetime) => {
    const { server, clock, session } = await signedIn(lifetime)
    if (lifetime === Infinity) expect(session.getSnapshot().expiresAt).toBeUndefined()
    await clock.advance(30 * minute)
    expect(server.refreshes).toHaveLength(0)
    expect(clock.longestDelay).toBeLessThanOrEqual(timerLimit)
  })
})

describe('a busy page', () => {
  it.each([
    ['1 s', second],
    ['5 s', 5 * second],
    ['6 s', 6 * second],
    ['30 s', 30 * second],
    ['15 min', 15 * minute],
  ])('refreshes at most once in each lifetime of %s, and no caller sees a 401', async (_, lifetime) => {
    const { server, clock, send } = await signedIn(lifetime)
    const statuses = new Set<number | undefined>()
    const calls = 200
    for (let count = 0; count < calls; count++) {
      const call = track(send('/api/me'))
      await clock.advance(lifetime / 10)
      statuses.add(call.value?.status)
    }
    expect(statuses).toEqual(new Set([200]))
    const gaps = server.refreshes.slice(1).map(({ at }, index) => at - (server.refreshes[index]?.at ?? 0))
    expect(server.refreshes.length).toBeGreaterThan(14)
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(Math.max(lifetime - minute, lifetime * 0.8))
    expect(clock.longestDelay).toBeLessThanOrEqual(timerLimit)
  })

  it('refreshes a token without a known end by 401 alone', async () => {
    const { server, clock, session, send } = await signedIn(Infinity)
    await clock.advance(day)
    server.expireAll()
    const call = track(send('/api/me'))
    await clock.advance(second)
    expect(call.value?.status).toBe(200)
    expect(server.refreshes).toHaveLength(1)
    expect(session.getSnapshot().expiresAt).toBeUndefined()
  })
})

describe('refreshMargin', () => {
  it.each([
    [0, undefined],
    [999, undefined],
    [10 * second, 60 * second - 8750],
    [24 * second, 60 * second - 21_000],
    [30 * second, 60 * second - 26_250],
    [hour, 60 * second - 26_250],
  ])('of %i ms makes the refresh of a token of a minute begin after %s ms', async (refreshMargin, due) => {
    const { server, clock } = await signedIn(minute, undefined, { refreshMargin })
    const start = clock.now().wall
    await clock.advance(59 * second)
    expect(server.refreshes.map(({ at }) => at - start)[0]).toBe(due)
  })

  it('larger than the lifetime does not make a loop', async () => {
    const { server, clock } = await signedIn(minute, undefined, { refreshMargin: day })
    await clock.advance(hour)
    expect(server.refreshes.length).toBeLessThanOrEqual(120)
  })

  it('of 0 refreshes on demand', async () => {
    const { server, clock, page, send } = await signedIn(minute, undefined, { refreshMargin: 0 })
    page.isVisible = false
    await clock.advance(hour)
    expect(server.refreshes).toHaveLength(0)
    const call = track(send('/api/me'))
    await clock.advance(second)
    expect(call.value?.status).toBe(200)
    expect(server.refreshes).toHaveLength(1)
    expect(server.hits).toHaveLength(1)
  })
})

describe('a clock that is wrong', () => {
  const offsets = [20 * minute, -20 * minute, hour, -hour, day, -day]

  it.each(offsets)('by %i ms against the server changes nothing', async (offset) => {
    const { server, clock, send } = await signedIn(15 * minute, ({ server }) => {
      server.clockOffset = offset
    })
    for (let count = 0; count < 60; count++) {
      const call = track(send('/api/me'))
      await clock.advance(minute)
      expect(call.value?.status).toBe(200)
    }
    expect(server.refreshes).toHaveLength(4)
    expect(server.hits).toHaveLength(60)
  })

  it.each(offsets)('by %i ms is not asked about a JWT that says alone when it ends', async (offset) => {
    const world = createWorld()
    world.server.clockOffset = offset
    world.server.lifetime = 15 * minute
    const { access_token } = world.server.issue('alice')
    const { session } = world.open()
    await session.signIn(access_token)
    expect(session.getSnapshot().expiresAt).toBe(world.clock.now().wall + 15 * minute)
  })

  it.each(offsets)('set by %i ms while the page runs costs at most one refresh more', async (change) => {
    const { server, clock, send } = await signedIn(15 * minute)
    await clock.advance(5 * minute)
    clock.setWallClock(change)
    for (let count = 0; count < 55; count++) {
      const call = track(send('/api/me'))
      await clock.advance(minute)
      expect(call.value?.status).toBe(200)
    }
    expect(server.refreshes.length).toBeGreaterThanOrEqual(4)
    expect(server.refreshes.length).toBeLessThanOrEqual(5)
    expect(server.hits).toHaveLength(55)
  })

  it('of a page that is idle costs at most one refresh more', async () => {
    for (const change of offsets) {
      const { server, clock } = await signedIn(15 * minute)
      await clock.advance(5 * minute)
      clock.setWallClock(change)
      await clock.advance(55 * minute)
      expect(server.refreshes.length).toBeGreaterThanOrEqual(4)
      expect(server.refreshes.length).toBeLessThanOrEqual(5)
    }
  })
})

describe('a real expiry', () => {
  it('while a retried request is still slow is refreshed again', async () => {
    const { server, clock, send } = await signedIn(30 * second)
    server.expireAll()
    server.onApi = async ({ url, authorization }) => {
      if (url.pathname !== '/api/slow' || server.refreshes.length === 0 || !authorization) return undefined
      await new Promise<void>((resolve) => {
        clock.startTimer(resolve, 100 * second)
      })
      return json({ slow: true })
    }
    const slow = track(send('/api/slow'))
    await clock.advance(20 * second)
    expect(server.refreshes).toHaveLength(1)
    expect(slow.state).toBe('pending')
    server.expireAll()
    const call = track(send('/api/me'))
    await clock.advance(second)
    expect(call.value?.status).toBe(200)
    expect(server.refreshes).toHaveLength(2)
    await clock.advance(100 * second)
    expect(slow.value?.status).toBe(200)
  })

  it('noticed by the timer and by a 401 in the same moment is one refresh', async () => {
    const { server, clock, send, events } = await signedIn(minute)
    await clock.advance(49_490)
    server.expireAll()
    const call = track(send('/api/me'))
    await clock.advance(10)
    expect(server.hits).toHaveLength(1)
    await clock.advance(second)
    expect(call.value?.status).toBe(200)
    expect(server.refreshes).toHaveLength(1)
    expect(reasons(events)).toHaveLength(1)
  })

  it('told by many answers, early and late, is one refresh', async () => {
    const { server, clock, send } = await signedIn(minute)
    server.expireAll()
    server.delay = 500
    const calls = [track(send('/api/slow'))]
    await clock.advance(1)
    server.delay = 10
    for (let index = 0; index < 20; index++) calls.push(track(send(`/api/${index}`)))
    await clock.advance(200)
    expect(calls.map(({ state }) => state)).toEqual(['pending', ...Array(20).fill('resolved')])
    await clock.advance(10 * second)
    expect(calls.map(({ value }) => value?.status)).toEqual(Array(21).fill(200))
    expect(server.refreshes).toHaveLength(1)
  })
})

describe('a 401 for a token that has just been issued', () => {
  it('is believed after a quarter of a short life', async () => {
    const { server, clock, session, send } = await signedIn(8 * second)
    track(session.refresh())
    await clock.advance(100)
    server.refreshes.length = 0
    await clock.advance(2.5 * second)
    server.expireAll()
    const call = track(send('/api/me'))
    await clock.advance(500)
    expect(call.value?.status).toBe(200)
    expect(server.refreshes).toHaveLength(1)
  })

  it('is answered with the one that has come since', async () => {
    const { server, clock, session, send } = await signedIn(hour)
    track(session.refresh())
    await clock.advance(100)
    server.delay = 500
    let served = 0
    server.onApi = () => (++served === 1 ? json({}, { status: 401 }) : undefined)
    const call = track(send('/api/me'))
    await clock.advance(100)
    track(session.refresh())
    await clock.advance(2000)
    expect(call.value?.status).toBe(200)
    expect(served).toBe(2)
    expect(server.refreshes).toHaveLength(2)
  })
})
