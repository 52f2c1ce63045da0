import { describe, expect, it } from 'vitest'
import { createClock } from '../../demo/timeline/clock.ts'
import { boxesOfCloseUp, layOutCloseUp } from '../../demo/timeline/close-up-layout.ts'
import { boxesOf, hit, layOutFlow } from '../../demo/timeline/flow-layout.ts'
import { step, walk } from '../../demo/timeline/keyboard.ts'
import { tellStories } from '../../demo/timeline/stories.ts'
import { spanFor, ticks } from '../../demo/timeline/view.ts'
import { createScene, playAdoption, playRefresh } from './timeline-scene.ts'

const width = 1000
const viewAt = (now: number) => ({ now, isPaused: false, ...spanFor(width) })

function createBusyScene(calls: number) {
  const scene = createScene()
  playRefresh(scene, calls)
  playAdoption(scene)
  return scene.timeline
}

describe('the flow', () => {
  it.each([20, 100, 500])('has room for %d calls at once, each with a place of its own', (calls) => {
    const flow = layOutFlow(createBusyScene(calls), 'a', viewAt(1100), width)
    const [lane] = flow.lanes
    const marks = lane?.clusters[0]?.marks ?? []
    expect(new Set(marks.map(({ x, y }) => `${x} ${y}`)).size).toBe(calls)
    for (const { x, y, width: wide, height } of marks) {
      expect(x).toBeGreaterThanOrEqual(0)
      expect(x + wide).toBeLessThanOrEqual(width + 0.001)
      expect(y + height).toBeLessThanOrEqual((lane?.y ?? 0) + (lane?.height ?? 0))
    }
  })

  it('has a lane for each tab, the own one first, until it is closed and out of sight', () => {
    const scene = createScene()
    playAdoption(scene)
    playRefresh(scene, 1)
    scene.at(2000, { type: 'closed' }, 'b')
    const lanes = (now: number) =>
      layOutFlow(scene.timeline, 'a', viewAt(now), width).lanes.map(({ tab }) => tab.id)
    expect([lanes(400), lanes(3000), lanes(31_999), lanes(32_001)]).toEqual([
      ['a'],
      ['a', 'b'],
      ['a', 'b'],
      ['a'],
    ])
  })

  it('moves left as time goes on, and shows nothing that is still to come', () => {
    const timeline = createBusyScene(1)
    const xOf = (now: number) =>
      layOutFlow(timeline, 'a', viewAt(now), width).lanes[0]?.refreshes.map(({ x }) => Math.round(x))
    expect(xOf(1000)).toEqual([])
    expect(xOf(1010)).toEqual([857])
    expect(xOf(11_010)).toEqual([571])
  })

  it('tells what the pointer is at, and what it is near', () => {
    const boxes = boxesOf(layOutFlow(createBusyScene(20), 'a', viewAt(5000), width))
    const mark = boxes.find(({ item }) => item.kind === 'call')
    if (!mark) throw new Error('no mark')
    expect(hit(boxes, mark.x + 4, mark.y + 4)).toBe(mark.item)
    expect(hit(boxes, mark.x - 3, mark.y + 4)).toBe(mark.item)
    expect(hit(boxes, 3, 3)).toBeUndefined()
  })
})

describe('the close-up', () => {
  it.each([20, 500])('has a row for each of %d calls, within its height', (calls) => {
    const timeline = createBusyScene(calls)
    const story = tellStories(timeline).at(-1)
    if (!story) throw new Error('no story')
    const closeUp = layOutCloseUp(story, ['a', 'b'], 5000, width)
    const boxes = boxesOfCloseUp(closeUp)
    expect(boxes.filter(({ item }) => item.kind === 'call')).toHaveLength(calls + 1)
    for (const { y, height } of boxes) expect(y + height).toBeLessThanOrEqual(closeUp.height + 0.001)
    const { segments } = closeUp.groups[0]?.rows[0] ?? { segments: [] }
    expect(segments.map(({ from, to, state }) => [from, to, state])).toEqual([
      [1000, 1000, 'new'],
      [1000, 1010, 'sent'],
      [1010, 1010, 'refused'],
      [1010, 1057, 'waiting'],
      [1057, 1065, 'retried'],
      [1065, 1065, 'answered'],
    ])
  })
})

describe('the keyboard', () => {
  it('walks through all there is in the order of time, and stays at the ends', () => {
    const items = walk(createBusyScene(2), 0, 5000)
    const [first] = items
    const last = items.at(-1)
    expect(items.map(({ from }) => from)).toEqual([...items.map(({ from }) => from)].sort((a, b) => a - b))
    expect(step(items, ['a', 'b'], undefined, 'next')).toBe(last)
    expect(step(items, ['a', 'b'], last, 'next')).toBe(last)
    expect(step(items, ['a', 'b'], last, 'first')).toBe(first)
    expect(step(items, ['a', 'b'], first, 'previous')).toBe(first)
    expect(step(items, ['a', 'b'], first, 'next')).toBe(items[1])
  })

  it('goes to what happened at that time in the next lane', () => {
    const timeline = createBusyScene(2)
    const items = walk(timeline, 0, 5000)
    const [refresh] = timeline.refreshes
    const below = step(items, ['a', 'b'], refresh, 'lane-down')
    expect([below?.tab, below?.from]).toEqual(['b', 1005])
    expect(step(items, ['a', 'b'], refresh, 'lane-up')).toBe(refresh)
    expect(step(items, ['a', 'b'], below, 'lane-up')?.tab).toBe('a')
  })
})

describe('the clock', () => {
  it('stands still while it is paused, can be set back, and goes on with the present', () => {
    let time = 1_000_000
    const clock = createClock(() => time)
    clock.pause()
    time += 5000
    expect(clock.view(width)).toMatchObject({ now: 1_000_000, isPaused: true })
    clock.pause(990_000)
    expect(clock.view(width).now).toBe(990_000)
    clock.pause(0)
    expect(clock.view(width).now).toBe(time - 300_000)
    clock.resume()
    expect(clock.view(width)).toMatchObject({ now: time, isPaused: false })
  })

  it('has round steps on its axis', () => {
    expect([ticks(0, 65, 8), ticks(0, 2300, 8), ticks(0, 12_000, 8)]).toEqual([10, 500, 2000])
  })
})
