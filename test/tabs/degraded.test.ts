import { describe, expect, it } from 'vitest'
import type { Environment } from '../../src/session/environment.ts'
import type { SessionOptions } from '../../src/session/options.ts'
import type { Rotation } from '../helpers/cookie-ledger.ts'
import { track } from '../helpers/track.ts'
import { openTabs, reasons, statuses } from './arrange.ts'

/** So many tabs of a browser that lacks something, all of them signed in. */
async function openIn(lacks: Partial<Environment>, count: number, rotation: Rotation = 'strict') {
  const world = await openTabs(0)
  world.server.rotation = rotation
  const tabs = []
  for (let number = 0; number < count; number++) {
    const tab = world.newTab()
    let state = number * 7919
    // Tabs that throw the same dice could never get out of each other's way.
    const random = () => {
      state = (state * 48_271 + 1) % 2_147_483_647
      return state / 2_147_483_647
    }
    Object.assign(tab.environment, { random, ...lacks })
    tabs.push(await world.openTab(tab, { maxWait: 60_000 } as Partial<SessionOptions>))
  }
  world.server.refreshes.length = 0
  return { ...world, tabs }
}

const without = {
  locks: { locks: undefined },
  channel: { openChannel: undefined },
  storage: { storage: undefined },
  locksAndChannel: { locks: undefined, openChannel: undefined },
  locksAndStorage: { locks: undefined, storage: undefined },
  all: { locks: undefined, storage: undefined, openChannel: undefined },
}

describe('the snapshot', () => {
  it.each([
    ['full', {}],
    ['local', without.locks],
    ['local', without.channel],
    ['local', without.storage],
    ['local', without.locksAndChannel],
    ['local', without.locksAndStorage],
    ['none', without.all],
  ] as const)('says how far tabs work together: %s without %o', async (coordination, lacks) => {
    const { tabs } = await openIn(lacks, 1)
    expect(tabs[0]!.session.getSnapshot().coordination).toBe(coordination)
  })

  it('says that a page embedded in another site does not reach the tabs outside', async () => {
    const { newTab, openTab } = await openTabs(0)
    const tab = newTab()
    tab.page.isEmbedded = true
    const { session } = await openTab(tab)
    expect(session.getSnapshot().coordination).toBe('local')
  })
})

describe('a page whose storage keeps nothing', () => {
  it('waits for nobody where there are no locks either', async () => {
    const { newTab, server, clock, openTab } = await openTabs(0)
    const tab = newTab()
    const storage = {
      read: () => undefined,
      write() {},
      remove() {},
      keys: () => [],
      subscribe: () => () => {},
    }
    Object.assign(tab.environment, { locks: undefined, storage })
    const { session, send } = await openTab(tab)
    const signIn = track(session.signIn(async () => server.issue('bob')))
    const call = track(send('/api/me'))
    await clock.advance(10_000)
    expect([signIn.state, call.value?.status]).toEqual(['resolved', 200])
  })
})

describe('tabs without channels', () => {
  it('hear by the storage that somebody has signed out', async () => {
    const { clock, tabs } = await openIn(without.channel, 3)
    track(tabs[0]!.session.signOut())
    await clock.advance(5)
    expect(reasons(tabs)).toEqual(['signed_out', 'signed_out_elsewhere', 'signed_out_elsewhere'])
  })

  it('get over a failed refresh, although nobody can be told of it', async () => {
    const { server, clock, tabs, reported } = await openIn(without.channel, 1)
    clock.sleep(server.lifetime)
    server.onRefresh = () => new Response(null, { status: 503 })
    const call = track(tabs[0]!.send('/api/me'))
    await clock.advance(500)
    expect(tabs[0]!.events.map(({ type }) => type)).toContain('refresh-failed')
    server.onRefresh = undefined
    await clock.advance(10_000)
    expect(call.value?.status).toBe(200)
    expect(reported).toEqual([])
  })
})

describe('tabs without storage', () => {
  it('ask the others for a token, for nothing tells that nobody is there', async () => {
    const { newTab, openTab } = await openTabs(0)
    const first = newTab()
    const second = newTab()
    for (const tab of [first, second]) Object.assign(tab.environment, without.storage)
    await openTab(first)
    const { events } = await openTab(second)
    expect(events.map(({ type }) => type)).toContain('adopted')
  })
})

describe('tabs that cannot be asked for a token', () => {
  it.each([
    ['without channels', { openChannel: undefined }, {}],
    ['that share no token', {}, { shareToken: false }],
  ])('%s leave nothing in the storage when they crash', async (_, lacks, options) => {
    const { browser, newTab, openTab } = await openTabs(0)
    for (let killed = 0; killed < 3; killed++) {
      const tab = newTab()
      Object.assign(tab.environment, lacks)
      await openTab(tab, options)
      tab.crash()
    }
    expect([...browser.stored.keys()].filter((key) => key.includes(':tab:'))).toEqual([])
  })
})

describe.each(Object.entries(without))('five tabs without %s', (_, lacks) => {
  it('whose token expires stay signed in, on a server with tolerance', async () => {
    const { server, clock, tabs, reported } = await openIn(lacks, 5, 'tolerant')
    clock.sleep(server.lifetime)
    const calls = tabs.map(({ send }) => track(send('/api/me')))
    await clock.advance(60_000)
    expect(calls.map(({ value }) => value?.status)).toEqual(Array(5).fill(200))
    expect(statuses(tabs)).toEqual(Array(5).fill('authenticated'))
    expect(server.reuses).toBe(0)
    expect(reported).toEqual([])
  })

  it('are signed in and out each for itself, and some day all of them', async () => {
    const { server, clock, tabs, login } = await openIn(lacks, 3, 'tolerant')
    track(tabs[0]!.session.signOut())
    await clock.advance(120_000)
    for (const { send } of tabs) track(send('/api/me'))
    await clock.advance(60_000)
    expect(statuses(tabs)).toEqual(Array(3).fill('unauthenticated'))
    track(tabs[0]!.session.signIn(() => login('bob')))
    await clock.advance(20_000)
    expect(statuses(tabs)[0]).toBe('authenticated')
    expect(server.cookie).toBe('bob')
  })
})

describe('tabs without Web Locks', () => {
  it('take turns by way of the storage, and share one refresh all the same', async () => {
    const { server, clock, tabs } = await openIn(without.locks, 5)
    clock.sleep(server.lifetime)
    const calls = tabs.map(({ send }) => track(send('/api/me')))
    await clock.advance(20_000)
    expect(calls.map(({ value }) => value?.status)).toEqual(Array(5).fill(200))
    expect(server.refreshes).toHaveLength(1)
  })

  it('go on when the one whose turn it is crashes', async () => {
    const { server, clock, tabs } = await openIn(without.locks, 2)
    server.refreshDelay = 800
    clock.sleep(server.lifetime)
    track(tabs[0]!.send('/api/me'))
    await clock.advance(250)
    const call = track(tabs[1]!.send('/api/me'))
    await clock.advance(50)
    tabs[0]!.tab.crash()
    await clock.advance(30_000)
    expect(call.value?.status).toBe(200)
    expect(server.reuses).toBe(0)
  })

  it('leave no lease behind', async () => {
    const { browser, clock, server, tabs } = await openIn(without.locks, 2)
    clock.sleep(server.lifetime)
    for (const { send } of tabs) track(send('/api/me'))
    await clock.advance(20_000)
    expect([...browser.stored.keys()].filter((key) => key.endsWith(':lease'))).toEqual([])
  })
})

describe('tabs without BroadcastChannel', () => {
  it('hear of a sign-out through the storage within a second', async () => {
    const { clock, tabs } = await openIn(without.channel, 3)
    track(tabs[0]!.session.signOut())
    await clock.advance(1000)
    expect(statuses(tabs)).toEqual(Array(3).fill('unauthenticated'))
    expect(reasons(tabs)).toEqual(['signed_out', 'signed_out_elsewhere', 'signed_out_elsewhere'])
  })

  it('refresh one after another, also for a server that forgives nothing', async () => {
    const { server, clock, tabs } = await openIn(without.channel, 5)
    clock.sleep(server.lifetime)
    const calls = tabs.map(({ send }) => track(send('/api/me')))
    await clock.advance(10_000)
    expect(calls.map(({ value }) => value?.status)).toEqual(Array(5).fill(200))
    expect(server.refreshes).toHaveLength(5)
    expect(server.reuses).toBe(0)
  })

  it('hear of a sign-in, and fetch a token of their own', async () => {
    const { server, clock, tabs, login } = await openIn(without.channel, 2)
    track(tabs[0]!.session.signIn(() => login('bob')))
    await clock.advance(2000)
    const call = track(tabs[1]!.send('/api/me'))
    await clock.advance(1000)
    expect(await call.value?.json()).toMatchObject({ user: 'bob' })
    expect(server.reuses).toBe(0)
  })
})

describe('a browser whose locks refuse to work', () => {
  it('is taken as one without locks', async () => {
    const locks = { request: () => Promise.reject(new DOMException('no', 'SecurityError')) }
    const { server, clock, tabs } = await openIn({ locks }, 1)
    clock.sleep(server.lifetime)
    const call = track(tabs[0]!.send('/api/me'))
    await clock.advance(5000)
    expect(call.value?.status).toBe(200)
  })
})
