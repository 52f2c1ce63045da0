import { describe, expect, it } from 'vitest'
import { describe as tell } from '../../demo/timeline/describe.ts'
import { exportRun } from '../../demo/timeline/export.ts'
import { nameTabs } from '../../demo/timeline/relations.ts'
import { tellStories } from '../../demo/timeline/stories.ts'
import { summarize, total } from '../../demo/timeline/summary.ts'
import { createScene, playAdoption, playRefresh, type Scene } from './timeline-scene.ts'

const telling = ({ timeline }: Scene, now: number) => ({ timeline, names: nameTabs(timeline, 'a'), now })

function lastStory(scene: Scene, now = 5000) {
  const story = tellStories(scene.timeline).at(-1)
  return story ? summarize(story, telling(scene, now)) : undefined
}

const withoutTimes = (text: string) => text.replace(/\d\d:\d\d:\d\d\.\d+/g, 'TIME')

describe('a story of the timeline', () => {
  it('says how many calls waited how long for one refresh, and that no caller noticed', () => {
    const scene = createScene()
    playRefresh(scene, 20)
    expect(lastStory(scene)).toBe('20 calls waited 47 ms for one refresh: all answered, no caller saw a 401.')
    expect(total(scene.timeline, 5000)).toBe('1 tab · 20 requests · 1 refresh · 20 retried · 20 answered')
  })

  it('says while it goes on who waits for what', () => {
    const scene = createScene()
    playRefresh(scene, 2)
    expect(lastStory(scene, 1030)).toBe('2 calls are waiting for one refresh, 20 ms so far: all under way.')
  })

  it('says who refreshed and who took over the token', () => {
    const scene = createScene()
    playAdoption(scene)
    playRefresh(scene, 20)
    expect(lastStory(scene)).toBe(
      '21 calls waited 47 ms for one refresh: all answered, no caller saw a 401. ' +
        'This tab refreshed, tab 2 took over the token of this tab.',
    )
    expect(total(scene.timeline, 5000)).toBe(
      '2 tabs · 21 requests · 1 refresh · 2 tokens taken over · 21 retried · 21 answered',
    )
  })

  it('says that nobody had to wait', () => {
    const scene = createScene()
    for (const call of ['x', 'y']) {
      scene.at(0, { type: 'begun', call, caller: 'axios', method: 'GET', path: '/' })
      scene.at(0, { type: 'sent', call })
      scene.at(12, { type: 'settled', call, outcome: 200 })
    }
    expect(lastStory(scene)).toBe('2 calls, none had to wait: all answered, in 12 ms.')
  })

  it('says that a refresh came ahead of time, or failed and ended nothing', () => {
    const early = createScene()
    early.at(0, { type: 'refresh-started', reason: 'proactive' })
    early.at(40, { type: 'refreshed', duration: 38, expiresAt: undefined })
    expect(lastStory(early)).toBe('This tab refreshed ahead of time, no call had to wait.')
    const failed = createScene()
    failed.at(0, { type: 'refresh-started', reason: 'requested' })
    failed.at(40, { type: 'refresh-failed', message: 'No.', retryAt: undefined })
    expect(lastStory(failed)).toBe('This tab could not refresh and keeps its session.')
  })
})

describe('what is pointed at', () => {
  it('is told: a call with all its steps', () => {
    const scene = createScene()
    playRefresh(scene, 20)
    const [call] = scene.timeline.calls
    if (!call) throw new Error('no call')
    expect(withoutTimes(tell(call, telling(scene, 5000)))).toBe(
      'Call 1 of this tab, GET /api/items with fetch; sent at TIME; answered 401 after 10 ms; ' +
        'held, because its token was refused; waited 47 ms for the refresh, then retried; ' +
        'answered 200 after 8 ms; 65 ms in all.',
    )
    expect(withoutTimes(tell(call, telling(scene, 1020)))).toMatch(/waiting for 10 ms\.$/)
  })

  it('is told: a refresh, whom it served and by what right', () => {
    const scene = createScene()
    playRefresh(scene, 20)
    const [refresh] = scene.timeline.refreshes
    if (!refresh) throw new Error('no refresh')
    expect(withoutTimes(tell(refresh, telling(scene, 5000)))).toBe(
      'Refresh of this tab, wanted at TIME because a call was answered 401; asked after 2 ms, ' +
        'answered after 45 ms: a new token, good for 60 s; 20 calls waited for it; it held the Web Lock.',
    )
  })

  it('is told: a token that was taken over from another tab', () => {
    const scene = createScene()
    playAdoption(scene)
    playRefresh(scene, 1)
    const own = scene.timeline.refreshes.filter(({ tab }) => tab === 'b')
    expect(own.map((one) => withoutTimes(tell(one, telling(scene, 5000))))).toEqual([
      'At TIME tab 2 took over the token of this tab, before it needed one.',
      'Refresh of tab 2, wanted at TIME because a call was answered 401; after 40 ms it took over the token of ' +
        'this tab instead of asking the server; 1 call waited for it; ' +
        'it waited for the Web Lock, which another tab held.',
    ])
  })

  it('is told: a token, its end and when the next one is due', () => {
    const scene = createScene()
    scene.at(0, { type: 'signed-in', elsewhere: false, expiresAt: 60_000 })
    scene.at(100, { type: 'deed', action: 'expire', text: 'expire' })
    const [token] = scene.timeline.tokens
    if (!token) throw new Error('no token')
    expect(withoutTimes(tell(token, telling(scene, 5000)))).toBe(
      'Access token of this tab since TIME, got by signing in; expires in 55 s; ' +
        'a new one is due about 12 s before that; you had the server refuse it from TIME.',
    )
  })
})

it('exports the run with its tabs, and whose token was taken over', () => {
  const scene = createScene()
  playRefresh(scene, 20)
  playAdoption(scene)
  const run = JSON.parse(JSON.stringify(exportRun(scene.timeline, 'a', 5000)))
  expect(run).toMatchObject({
    format: 'silent-refresh-timeline',
    version: 1,
    exportedAt: 5000,
    tabs: [
      { id: 'a', name: 'this tab', openedAt: 0 },
      { id: 'b', name: 'tab 2', openedAt: 500 },
    ],
  })
  expect(run.requests.filter(({ state }: { state: string }) => state === 'answered')).toHaveLength(21)
  expect(run.refreshes.map(({ adoptedFrom }: { adoptedFrom?: string }) => adoptedFrom)).toEqual([
    undefined,
    undefined,
    'a',
  ])
})
