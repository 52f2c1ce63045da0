import { describe, expect, it } from 'vitest'
import { stateAt, waitedBy } from '../../demo/timeline/items.ts'
import { dueAt, giverOf, hasAsked, nameTabs, refusedFrom, sourceOf } from '../../demo/timeline/relations.ts'
import { tellStories } from '../../demo/timeline/stories.ts'
import { createScene, playAdoption, playRefresh, statesOf } from './timeline-scene.ts'

describe('the timeline', () => {
  it('follows twenty calls from their 401 through one refresh to their answer', () => {
    const scene = createScene()
    playRefresh(scene, 20)
    const { timeline } = scene
    const whole = ['new', 'sent', 'refused', 'waiting', 'retried', 'answered']
    expect(statesOf(timeline)).toEqual(Array(20).fill(whole))
    const [refresh] = timeline.refreshes
    expect(timeline.refreshes).toHaveLength(1)
    expect(refresh).toMatchObject({ from: 1010, askedAt: 1012, to: 1057, outcome: 'refreshed' })
    expect(timeline.calls[19]).toMatchObject({
      number: 20,
      from: 1000,
      to: 1065,
      outcome: 200,
      sends: 2,
      refreshes: [refresh?.id],
    })
    expect(timeline.holds).toEqual([{ tab: 'a', state: 'held', from: 1012, to: 1058 }])
  })

  it('says how a call stood at any moment, and how long it had waited by then', () => {
    const scene = createScene()
    playRefresh(scene, 1)
    const [call] = scene.timeline.calls
    if (!call) throw new Error('no call')
    const moments = [999, 1005, 1030, 1060, 1065]
    expect(moments.map((at) => stateAt(call, at))).toEqual(['new', 'sent', 'waiting', 'retried', 'answered'])
    expect(moments.map((at) => waitedBy(call, at))).toEqual([0, 0, 20, 47, 47])
  })

  it('lets each new token end the one before', () => {
    const scene = createScene()
    playRefresh(scene, 1)
    scene.at(2000, { type: 'ended', reason: 'signed_out' })
    expect(scene.timeline.tokens).toMatchObject([
      { how: 'signed-in', from: 0, to: 1057 },
      { how: 'refreshed', from: 1057, bornAt: 1012, to: 2000 },
    ])
  })

  it('has a call wait for a refresh that had begun before it', () => {
    const { timeline, at } = createScene()
    at(0, { type: 'refresh-started', reason: 'startup' })
    at(1, { type: 'begun', call: 'x', caller: 'axios', method: 'GET', path: '/' })
    at(1, { type: 'held', call: 'x', reason: 'startup' })
    expect(timeline.calls[0]?.refreshes).toEqual([timeline.refreshes[0]?.id])
  })

  it('keeps those who wait through a failed attempt with the next one', () => {
    const { timeline, at } = createScene()
    at(0, { type: 'begun', call: 'x', caller: 'axios', method: 'GET', path: '/' })
    at(0, { type: 'held', call: 'x', reason: 'expired' })
    at(0, { type: 'refresh-started', reason: 'expired' })
    at(10, { type: 'refresh-failed', message: 'No.', retryAt: 500 })
    at(500, { type: 'refresh-started', reason: 'expired' })
    expect(timeline.refreshes).toMatchObject([{ outcome: 'failed', message: 'No.', to: 10 }, { from: 500 }])
    expect(timeline.calls[0]?.refreshes).toEqual(timeline.refreshes.map(({ id }) => id))
    expect(tellStories(timeline)).toMatchObject([{ refreshes: [{ from: 0 }, { from: 500 }] }])
  })

  it.each([
    [200, 'answered'],
    [401, 'unauthorized'],
    [500, 'failed'],
    ['ERR_REFRESH_UNAVAILABLE', 'failed'],
  ] as const)('ends a call with what its caller got (%s)', (outcome, state) => {
    const { timeline, at } = createScene()
    at(0, { type: 'begun', call: 'x', caller: 'axios', method: 'GET', path: '/' })
    at(0, { type: 'sent', call: 'x' })
    at(9, { type: 'settled', call: 'x', outcome })
    expect(statesOf(timeline)).toEqual([['new', 'sent', state]])
  })

  it('shows a call that was given up as that, whatever its caller got', () => {
    const { timeline, at } = createScene()
    at(0, { type: 'begun', call: 'x', caller: 'axios', method: 'GET', path: '/' })
    at(0, { type: 'held', call: 'x', reason: 'expired' })
    at(9, { type: 'dropped', call: 'x' })
    at(9, { type: 'settled', call: 'x', outcome: 'ERR_REFRESH_UNAVAILABLE' })
    expect(statesOf(timeline)).toEqual([['new', 'waiting', 'dropped']])
  })

  it('ends with a tab what went on in it, and forgets it once it is out of sight', () => {
    const { timeline, at } = createScene()
    at(0, { type: 'opened' })
    at(0, { type: 'signed-in', elsewhere: false, expiresAt: undefined })
    at(5, { type: 'refresh-started', reason: 'requested' })
    at(9, { type: 'closed' })
    expect(timeline.tabs.get('a')).toMatchObject({ openedAt: 0, closedAt: 9 })
    expect([...timeline.tokens, ...timeline.refreshes].map(({ to }) => to)).toEqual([9, 9])
    timeline.forget(9)
    expect([timeline.tabs.size, timeline.tokens.length, timeline.refreshes.length]).toEqual([0, 0, 0])
  })

  it('forgets what is over and keeps what goes on', () => {
    const scene = createScene()
    playRefresh(scene, 3)
    scene.timeline.forget(5000)
    expect(scene.timeline.calls).toEqual([])
    expect(scene.timeline.refreshes).toEqual([])
    expect(scene.timeline.tokens).toMatchObject([{ how: 'refreshed' }])
  })
})

describe('two tabs', () => {
  it('names the own tab, and the others in the order in which they were opened', () => {
    const { timeline, at } = createScene()
    at(30, { type: 'opened' }, 'c')
    at(20, { type: 'opened' }, 'own')
    at(10, { type: 'opened' }, 'b')
    expect([...nameTabs(timeline, 'own')]).toEqual([
      ['own', 'this tab'],
      ['b', 'tab 2'],
      ['c', 'tab 3'],
    ])
  })

  it.each(['in time', 'before its source is heard of'])('knows whose token was taken over (%s)', (order) => {
    const scene = createScene()
    if (order === 'in time') playRefresh(scene, 2)
    playAdoption(scene)
    if (order !== 'in time') playRefresh(scene, 2)
    const { timeline } = scene
    const [first, second] = timeline.refreshes.filter(({ tab }) => tab === 'b')
    const source = timeline.refreshes.find(({ tab }) => tab === 'a')
    if (!first || !second) throw new Error('no adoption')
    expect(sourceOf(timeline, second)).toBe(source)
    // That one came from a sign-in, not from a refresh.
    expect([sourceOf(timeline, first), giverOf(timeline, first)]).toEqual([undefined, 'a'])
    expect(timeline.refreshes.map((one) => hasAsked(timeline, one, 2000))).toEqual(
      timeline.refreshes.map((one) => one === source),
    )
  })

  it('makes one story of a refresh, its takers and all the calls that waited', () => {
    const scene = createScene()
    playAdoption(scene)
    playRefresh(scene, 20)
    const story = tellStories(scene.timeline).at(-1)
    expect(story?.refreshes.map(({ tab }) => tab).sort()).toEqual(['a', 'b'])
    expect(story?.calls).toHaveLength(21)
  })

  it('takes two refreshes at the same time for one story before either has ended', () => {
    const { timeline, at } = createScene()
    at(0, { type: 'refresh-started', reason: 'expired' }, 'a')
    at(5, { type: 'refresh-started', reason: 'expired' }, 'b')
    at(6, { type: 'lock', state: 'waiting' }, 'b')
    expect(tellStories(timeline)).toHaveLength(1)
    expect(timeline.refreshes.map((one) => hasAsked(timeline, one, 10))).toEqual([true, false])
  })
})

describe('a token', () => {
  it.each([
    [60_000, 48_000],
    [900_000, 840_000],
    [5000, undefined],
  ])('of %d ms is due to be refreshed at %s', (expiresAt, due) => {
    const { timeline, at } = createScene()
    at(0, { type: 'signed-in', elsewhere: false, expiresAt })
    expect(dueAt(timeline, timeline.tokens[0] as never)).toBe(due)
  })

  it('that was taken over is due when it is due where it came from', () => {
    const { timeline, at } = createScene()
    at(0, { type: 'signed-in', elsewhere: false, expiresAt: 60_000 }, 'a')
    at(30_000, { type: 'adopted', expiresAt: 60_005 }, 'b')
    expect(dueAt(timeline, timeline.tokens[1] as never)).toBe(48_004)
  })

  it('is refused from the moment the visitor has made it so, and the next one is not', () => {
    const { timeline, at } = createScene()
    at(0, { type: 'signed-in', elsewhere: false, expiresAt: 60_000 })
    at(100, { type: 'deed', action: 'expire', text: 'expire' })
    at(200, { type: 'refreshed', duration: 10, expiresAt: 60_190 })
    expect(timeline.tokens.map((token) => refusedFrom(timeline, token))).toEqual([100, undefined])
  })
})
