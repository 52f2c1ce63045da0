import { describe, expect, it } from 'vitest'
import { createFetch } from '../../src/clients/fetch.ts'
import type { SessionOptions } from '../../src/session/options.ts'
import { type FakeServer, json } from '../helpers/fake-server.ts'
import { track } from '../helpers/track.ts'
import { createWorld } from '../helpers/world.ts'

const unavailable = { state: 'rejected', error: { code: 'ERR_REFRESH_UNAVAILABLE' } }
const down = (headers: Record<string, string> = {}) => json({}, { status: 503, headers })

/** Signed in, and the token has run out unnoticed: whatever comes next needs a refresh. */
async function expired(options: Partial<SessionOptions> = {}) {
  const world = createWorld()
  const opened = await world.openSignedIn({ refreshMargin: 0, ...options })
  world.clock.sleep(world.server.lifetime)
  world.page.isVisible = false
  return { ...world, ...opened, send: createFetch(opened.session) }
}

function failFirst(server: FakeServer, count: number, answer: () => Response = down): void {
  server.onRefresh = () => (server.refreshes.length <= count ? answer() : undefined)
}

/** From each refresh to the next. */
function gaps({ refreshes }: FakeServer): number[] {
  return refreshes.slice(1).map(({ at }, index) => at - (refreshes[index]?.at ?? NaN))
}

describe('while the refresh endpoint is unavailable', () => {
  it.each([
    ['a network failure', () => Promise.reject(new TypeError('Failed to fetch'))],
    ['a 503', down],
    ['a 429', () => json({}, { status: 429 })],
    ['a 409, because another client has just rotated', () => json({}, { status: 409 })],
  ])('requests wait through the back-off and are sent once it is over: %s', async (_, fail) => {
    const { server, clock, send, session, events } = await expired()
    server.onRefresh = () => (server.refreshes.length <= 3 ? fail() : undefined)
    const call = track(send('/api/me'))
    await clock.advance(3000)
    expect(call.state).toBe('pending')
    expect(server.hits).toHaveLength(0)
    expect(session.getSnapshot()).toMatchObject({ status: 'authenticated', stale: true })
    await clock.advance(2000)
    expect(call.value?.status).toBe(200)
    expect(server.hits).toHaveLength(1)
    expect(server.refreshes).toHaveLength(4)
    expect(events.map(({ type }) => type)).not.toContain('ended')
    expect(session.getSnapshot()).toMatchObject({
      status: 'authenticated',
      stale: false,
      error: undefined,
    })
  })

  it('requests are rejected at their deadline, with the session kept', async () => {
    const { server, clock, send, session, events } = await expired({ maxWait: 5000 })
    server.onRefresh = () => down()
    const call = track(send('/api/me'))
    await clock.advance(5000)
    expect(call).toMatchObject(unavailable)
    expect(server.hits).toHaveLength(0)
    expect(session.getSnapshot()).toMatchObject({ status: 'authenticated', stale: true })
    expect(events.map(({ type }) => type)).not.toContain('ended')
  })

  it('each request has a deadline of its own', async () => {
    const { server, clock, send } = await expired({ maxWait: 5000 })
    server.refreshDelay = 20_000
    const early = track(send('/api/1'))
    await clock.advance(2000)
    const late = track(send('/api/2'))
    await clock.advance(2999)
    expect(early.state).toBe('pending')
    await clock.advance(1)
    expect(early).toMatchObject(unavailable)
    await clock.advance(1999)
    expect(late.state).toBe('pending')
    await clock.advance(1)
    expect(late).toMatchObject(unavailable)
  })

  it('a request is rejected at once if the next attempt comes too late for it', async () => {
    const { server, clock, send } = await expired({ maxWait: 5000 })
    server.onRefresh = () => down({ 'Retry-After': '6' })
    const first = track(send('/api/1'))
    await clock.advance(server.refreshDelay)
    expect(first).toMatchObject(unavailable)
    const second = track(send('/api/2'))
    await clock.advance(0)
    expect(second).toMatchObject(unavailable)
    expect(server.refreshes).toHaveLength(1)
    await clock.advance(2000)
    const third = track(send('/api/3'))
    await clock.advance(4400)
    expect(third.state).toBe('rejected')
    expect(server.refreshes).toHaveLength(2)
  })

  it('the error says when and why, and the next request tries again', async () => {
    const { server, clock, send } = await expired({ maxWait: 400 })
    const failure = new TypeError('Failed to fetch')
    server.onRefresh = () => Promise.reject(failure)
    const first = track(send('/api/1'))
    await clock.advance(400)
    expect(first.error).toMatchObject({
      code: 'ERR_REFRESH_UNAVAILABLE',
      cause: failure,
      retryAt: clock.now().wall + 100,
    })
    server.onRefresh = undefined
    await clock.advance(100)
    expect(server.refreshes).toHaveLength(1)
    const second = track(send('/api/2'))
    await clock.advance(400)
    expect(second.value?.status).toBe(200)
    expect(server.refreshes).toHaveLength(2)
  })

  it.each([3, 100])('%i waiting requests make one series of attempts', async (count) => {
    const { server, clock, send } = await expired()
    failFirst(server, 3)
    const calls = Array.from({ length: count }, (_, index) => track(send(`/api/${index}`)))
    await clock.advance(1000)
    calls.push(track(send('/api/late')))
    await clock.advance(9000)
    expect(calls.map(({ value }) => value?.status)).toEqual(Array(count + 1).fill(200))
    expect(server.refreshes).toHaveLength(4)
    expect(server.hits).toHaveLength(count + 1)
    expect(gaps(server)).toEqual([550, 1050, 2050])
  })

  it.each([3, 100])('%i requests rejected together do not come back as a herd', async (count) => {
    const { server, clock, send } = await expired({ maxWait: 2000 })
    server.onRefresh = () => down()
    for (let second = 0; second < 60; second++) {
      for (let index = 0; index < count; index++) track(send(`/api/${index}`))
      await clock.advance(1000)
    }
    expect(server.refreshes.length).toBeLessThan(10)
    expect(server.hits).toHaveLength(0)
  })

  it('a token that one answer has rejected is not held back from other requests', async () => {
    const { server, clock, openSignedIn } = createWorld()
    const { session } = await openSignedIn()
    const send = createFetch(session)
    server.onRefresh = () => down({ 'Retry-After': '40' })
    server.expireAll()
    const rejected = track(send('/api/me'))
    await clock.advance(1000)
    expect(rejected.value?.status).toBe(401)
    const accepted = track(send('/public/news'))
    await clock.advance(server.delay)
    expect(accepted.value?.status).toBe(200)
    expect(server.hits.at(-1)?.authorization).toBe(server.hits[0]?.authorization)
    expect(server.refreshes).toHaveLength(1)
  })

  it('works for a page that has just been loaded, too, whose status stays open meanwhile', async () => {
    const { server, clock, open } = createWorld()
    failFirst(server, 3)
    const { session, events } = open()
    const call = track(createFetch(session)('/api/me'))
    await clock.advance(3000)
    expect(session.getSnapshot()).toMatchObject({ status: 'loading', error: expect.any(Error) })
    await clock.advance(2000)
    expect(call.value?.status).toBe(200)
    expect(session.getSnapshot().status).toBe('authenticated')
    expect(events.map(({ type }) => type)).not.toContain('ended')
  })
})

describe('the back-off', () => {
  it.each([0, 0.5, 0.999])('grows and is capped at a minute, whatever chance says (%d)', async (chance) => {
    const { server, clock, environment, open } = createWorld()
    Object.assign(environment, { random: () => chance })
    server.onRefresh = () => down()
    open()
    await clock.advance(3_600_000)
    const delays = gaps(server).map((gap) => gap - server.refreshDelay)
    const wanted = delays.map((_, index) => Math.max(250, chance * Math.min(60_000, 1000 * 2 ** index)))
    expect(delays.length).toBeGreaterThan(50)
    expect(delays.map(Math.round)).toEqual(wanted.map(Math.round))
  })

  it('starts anew after a success', async () => {
    const { server, clock, send, session } = await expired()
    failFirst(server, 3)
    track(send('/api/1'))
    await clock.advance(10_000)
    expect(server.refreshes).toHaveLength(4)
    server.refreshes.length = 0
    failFirst(server, 1)
    track(session.refresh())
    await clock.advance(10_000)
    expect(gaps(server)).toEqual([550])
  })

  it.each([0, 0.5, 0.999])(
    'obeys a Retry-After of 5 seconds, and little more (chance %d)',
    async (chance) => {
      const world = createWorld()
      Object.assign(world.environment, { random: () => chance })
      const { server, clock } = world
      failFirst(server, 1, () => down({ 'Retry-After': '5' }))
      const { session } = world.open()
      const call = track(createFetch(session)('/api/me'))
      await clock.advance(5049)
      expect(server.refreshes).toHaveLength(1)
      await clock.advance(1000)
      expect(call.value?.status).toBe(200)
      expect(gaps(server)[0]).toBeGreaterThanOrEqual(5050)
      expect(gaps(server)[0]).toBeLessThanOrEqual(5550)
    },
  )

  it('is not shortened by a Retry-After', async () => {
    const { server, clock, open } = createWorld()
    server.onRefresh = () => down({ 'Retry-After': '0' })
    open()
    await clock.advance(60_000)
    expect(gaps(server).slice(0, 5)).toEqual([550, 1050, 2050, 4050, 8050])
  })

  it('asks a server that wants to rest for a day after five minutes', async () => {
    const { server, clock, open } = createWorld()
    server.onRefresh = () => down({ 'Retry-After': '86400' })
    open()
    await clock.advance(3_600_000)
    for (const gap of gaps(server)) {
      expect(gap).toBeGreaterThanOrEqual(300_000)
      expect(gap).toBeLessThanOrEqual(330_050)
    }
    expect(server.refreshes.length).toBeGreaterThan(10)
  })

  it('ends when the network is back', async () => {
    const { server, clock, page, open } = createWorld()
    failFirst(server, 1, () => down({ 'Retry-After': '100' }))
    const { session } = open()
    await clock.advance(1000)
    expect(server.refreshes).toHaveLength(1)
    page.send('online')
    await clock.advance(50)
    expect(server.refreshes).toHaveLength(2)
    expect(session.getSnapshot()).toMatchObject({ status: 'authenticated', error: undefined })
  })
})
