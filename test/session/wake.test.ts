import { describe, expect, it } from 'vitest'
import { createFetch } from '../../src/clients/fetch.ts'
import { track } from '../helpers/track.ts'
import { createWorld, type World } from '../helpers/world.ts'

const minute = 60_000
const lifetime = 15 * minute

async function signedIn(options = {}) {
  const world = createWorld()
  world.server.lifetime = lifetime
  const opened = await world.openSignedIn(options)
  return { ...world, ...opened, send: createFetch(opened.session) }
}

function show(page: World['page']): void {
  page.isVisible = true
  page.send('wake')
}

function hide(page: World['page']): void {
  page.isVisible = false
  page.send('hide')
}

function disconnect({ page, server }: Pick<World, 'page' | 'server'>): void {
  page.isOnline = false
  server.onRefresh = () => Promise.reject(new TypeError('Failed to fetch'))
}

function connect({ page, server }: Pick<World, 'page' | 'server'>): void {
  page.isOnline = true
  server.onRefresh = undefined
  page.send('online')
}

describe('a machine that has slept past the end of the token', () => {
  it('refreshes once on waking, and requests wait for it', async () => {
    const { server, clock, page, send } = await signedIn()
    const before = track(send('/api/before'))
    await clock.advance(minute)
    clock.sleep(8 * 60 * minute)
    page.send('wake')
    const calls = ['/api/1', '/api/2', '/api/3'].map((url) => track(send(url)))
    await clock.advance(10)
    expect(server.refreshes).toHaveLength(1)
    expect(server.hits).toHaveLength(1)
    await clock.advance(minute)
    expect([before, ...calls].map(({ value }) => value?.status)).toEqual([200, 200, 200, 200])
    const [old, ...fresh] = server.hits.map(({ authorization }) => authorization)
    expect(fresh).toHaveLength(3)
    expect(fresh).not.toContain(old)
    expect(server.refreshes).toHaveLength(1)
  })

  it('refreshes once for the first request, where nothing tells of waking', async () => {
    const { server, clock, send } = await signedIn()
    track(send('/api/before'))
    await clock.advance(minute)
    clock.sleep(8 * 60 * minute)
    const call = track(send('/api/me'))
    await clock.advance(10)
    expect(server.hits.map(({ url }) => url.pathname)).toEqual(['/api/before'])
    await clock.advance(minute)
    expect(call.value?.status).toBe(200)
    expect(server.refreshes).toHaveLength(1)
  })

  it('notices it by itself within half a minute', async () => {
    const { server, clock } = await signedIn()
    clock.sleep(lifetime)
    await clock.advance(30_000)
    expect(server.refreshes).toHaveLength(1)
  })

  it('asks at once although the back-off had been long', async () => {
    const { server, clock, page, send } = await signedIn()
    server.onRefresh = () => Promise.reject(new TypeError('Failed to fetch'))
    clock.sleep(lifetime)
    track(send('/api/1'))
    await clock.advance(10 * minute)
    server.onRefresh = undefined
    server.refreshes.length = 0
    clock.sleep(5 * minute)
    page.send('wake')
    await clock.advance(50)
    expect(server.refreshes).toHaveLength(1)
  })

  it('does nothing if the token is still good', async () => {
    const { server, clock, page, send } = await signedIn()
    clock.sleep(5 * minute)
    page.send('wake')
    const call = track(send('/api/me'))
    await clock.advance(minute)
    expect(call.value?.status).toBe(200)
    expect(server.refreshes).toHaveLength(0)
  })
})

describe('a hidden page', () => {
  it('does not refresh by itself, and once when it is seen again', async () => {
    const { server, clock, page, session } = await signedIn()
    hide(page)
    await clock.advance(3 * lifetime)
    expect(server.refreshes).toHaveLength(0)
    expect(session.getSnapshot().status).toBe('authenticated')
    show(page)
    page.send('wake')
    await clock.advance(minute)
    expect(server.refreshes).toHaveLength(1)
  })

  it('starts no refresh at all until it is seen, or needs a token', async () => {
    const world = createWorld()
    world.page.isVisible = false
    const { session } = world.open()
    await world.clock.advance(lifetime)
    expect(world.server.refreshes.length).toBeLessThanOrEqual(1)
    const call = track(createFetch(session)('/api/me'))
    await world.clock.advance(1000)
    expect(call.value?.status).toBe(200)
  })

  it('refreshes for a request that needs it', async () => {
    const { server, clock, page, send } = await signedIn()
    hide(page)
    await clock.advance(3 * lifetime)
    const call = track(send('/api/me'))
    await clock.advance(1000)
    expect(call.value?.status).toBe(200)
    expect(server.refreshes).toHaveLength(1)
    expect(server.hits).toHaveLength(1)
  })

  it('shown again in good time refreshes ahead as ever', async () => {
    const { server, clock, page } = await signedIn()
    hide(page)
    await clock.advance(lifetime / 2)
    show(page)
    await clock.advance(lifetime / 2)
    expect(server.refreshes).toHaveLength(1)
  })
})

describe('a page without a network', () => {
  it('does not try by itself, and tries once when the network is back', async () => {
    const world = await signedIn()
    const { server, clock, page, session } = world
    disconnect(world)
    await clock.advance(3 * lifetime)
    page.send('wake')
    expect(server.refreshes).toHaveLength(0)
    expect(session.getSnapshot().status).toBe('authenticated')
    connect(world)
    await clock.advance(minute)
    expect(server.refreshes).toHaveLength(1)
    expect(session.getSnapshot()).toMatchObject({ status: 'authenticated', stale: false })
  })

  it('tries once for a request, which waits for the network until its deadline', async () => {
    const world = await signedIn()
    const { server, clock, send, events } = world
    disconnect(world)
    clock.sleep(lifetime)
    const late = track(send('/api/late'))
    await clock.advance(15_000)
    expect(late).toMatchObject({ state: 'rejected', error: { code: 'ERR_REFRESH_UNAVAILABLE' } })
    expect(server.refreshes).toHaveLength(1)

    const call = track(send('/api/me'))
    await clock.advance(10_000)
    expect(server.refreshes).toHaveLength(2)
    expect(call.state).toBe('pending')
    connect(world)
    await clock.advance(1000)
    expect(call.value?.status).toBe(200)
    expect(server.refreshes).toHaveLength(3)
    expect(events.map(({ type }) => type)).not.toContain('ended')
  })

  it('tries again for the next request, where nothing tells that the network is back', async () => {
    const world = await signedIn()
    const { server, clock, send } = world
    disconnect(world)
    clock.sleep(lifetime)
    track(send('/api/1'))
    await clock.advance(minute)
    server.onRefresh = undefined
    const call = track(send('/api/2'))
    await clock.advance(1000)
    expect(call.value?.status).toBe(200)
    expect(server.refreshes).toHaveLength(2)
  })

  it('does not spin while a request waits for it', async () => {
    const world = await signedIn()
    const { clock, page, send } = world
    const { startTimer } = clock
    let count = 0
    Object.assign(clock, {
      startTimer(...timer: Parameters<typeof startTimer>) {
        count++
        return startTimer(...timer)
      },
    })
    disconnect(world)
    clock.sleep(lifetime)
    page.send('wake')
    const call = track(send('/api/me'))
    await clock.advance(minute)
    expect(call.state).toBe('rejected')
    expect(count).toBeLessThan(10)
    expect(clock.timers).toBeLessThanOrEqual(1)
  })

  it('at its start stays open whether there is a session', async () => {
    const world = createWorld()
    disconnect(world)
    const { session } = world.open()
    await world.clock.advance(10 * minute)
    expect(world.server.refreshes).toHaveLength(1)
    expect(session.getSnapshot().status).toBe('loading')
    connect(world)
    await world.clock.advance(1000)
    expect(session.getSnapshot().status).toBe('authenticated')
    expect(world.server.refreshes).toHaveLength(2)
  })
})
