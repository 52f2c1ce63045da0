import { describe, expect, it } from 'vitest'
import { track } from '../helpers/track.ts'
import { createWorld } from '../helpers/world.ts'
import { openTabs, statuses, typesOf } from './arrange.ts'

describe('tabs whose token expires', () => {
  it('share one refresh, and each of them gets the token', async () => {
    const { server, clock, tabs } = await openTabs(20)
    clock.sleep(server.lifetime)
    const calls = tabs.map(({ send }) => track(send('/api/me')))
    await clock.advance(2000)
    expect(calls.map(({ value }) => value?.status)).toEqual(Array(20).fill(200))
    expect(server.refreshes).toHaveLength(1)
    expect(new Set(server.hits.map(({ authorization }) => authorization)).size).toBe(1)
    expect(server.reuses).toBe(0)
    expect(statuses(tabs)).toEqual(Array(20).fill('authenticated'))
  })

  it('share one refresh when all of them meet a 401 at once', async () => {
    const { server, clock, tabs } = await openTabs(20)
    await clock.advance(10_000)
    server.expireAll()
    const calls = tabs.map(({ send }) => track(send('/api/me')))
    await clock.advance(2000)
    expect(calls.map(({ value }) => value?.status)).toEqual(Array(20).fill(200))
    expect(server.refreshes).toHaveLength(1)
    expect(server.hits).toHaveLength(40)
  })

  it('cost no refresh for a late 401 once another of them has the newer token: only a retry', async () => {
    const { server, clock, tabs } = await openTabs(2)
    await clock.advance(10_000)
    server.expireAll()
    server.delay = 500
    const late = track(tabs[1]!.send('/api/late'))
    await clock.advance(10)
    const refresh = track(tabs[0]!.session.refresh())
    await clock.advance(2000)
    expect(late.value?.status).toBe(200)
    expect(server.refreshes).toHaveLength(1)
    expect(server.hits.map(({ authorization }) => authorization).at(-1)).toBe(`Bearer ${refresh.value}`)
  })

  it('with shareToken: false refresh strictly one after another', async () => {
    const { server, clock, tabs } = await openTabs(5, { shareToken: false })
    server.refreshDelay = 300
    clock.sleep(server.lifetime)
    const begun: number[] = []
    server.onRefresh = async () => {
      begun.push(clock.now().monotonic)
      return undefined
    }
    const calls = tabs.map(({ send }) => track(send('/api/me')))
    await clock.advance(10_000)
    expect(calls.map(({ value }) => value?.status)).toEqual(Array(5).fill(200))
    expect(server.refreshes).toHaveLength(5)
    for (const [index, at] of begun.slice(1).entries())
      expect(at - (begun[index] ?? 0)).toBeGreaterThanOrEqual(300)
    expect(server.reuses).toBe(0)
  })
})

describe('a new tab', () => {
  it('starts with the token of a sibling, and makes no refresh call', async () => {
    const { server, clock, openTab } = await openTabs(1)
    const tab = await openTab()
    const call = track(tab.send('/api/me'))
    await clock.advance(100)
    expect(call.value?.status).toBe(200)
    expect(server.refreshes).toHaveLength(0)
    expect(typesOf(tab)).toEqual(['refresh-started', 'adopted'])
  })

  it('starts with the token of a sibling although that has no end', async () => {
    const { newTab, clock } = createWorld()
    const asked: number[] = []
    const refresh = async () => ({ accessToken: `token-${asked.push(1)}`, expiresIn: Infinity })
    newTab().open({ refresh })
    await clock.advance(1000)
    const { session } = newTab().open({ refresh })
    await clock.advance(1000)
    expect(await session.getAccessToken()).toBe('token-1')
    expect(asked).toHaveLength(1)
  })

  it('without a sibling makes one', async () => {
    const { server, openTab, tabs } = await openTabs(1)
    tabs[0]?.tab.close()
    const tab = await openTab()
    expect(tab.session.getSnapshot().status).toBe('authenticated')
    expect(server.refreshes).toHaveLength(1)
  })
})
