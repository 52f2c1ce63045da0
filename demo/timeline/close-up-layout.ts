import type { Box } from './flow-layout.ts'
import type { Call, CallState, Refresh } from './items.ts'
import { beginOf, endOf, type Story } from './stories.ts'
import { createScale, type Scale } from './view.ts'

export interface Segment {
  readonly from: number
  readonly to: number
  readonly state: CallState
}

/** One call, in a row of its own. */
export interface Row extends Box<Call> {
  readonly segments: readonly Segment[]
}

/** What one tab had to do with it. */
export interface Group {
  readonly tab: string
  readonly y: number
  readonly height: number
  readonly refreshes: readonly Box<Refresh>[]
  readonly rows: readonly Row[]
  readonly pitch: number
}

export interface CloseUp {
  readonly scale: Scale
  /** What the times of its axis count from. */
  readonly start: number
  readonly groups: readonly Group[]
  readonly width: number
  readonly height: number
}

export const closeUpHeight = 224
const axis = 22
const head = 18
const bar = 16
const gap = 6

/** Stretched to the whole width, so that milliseconds can be told apart. */
export function layOutCloseUp(story: Story, order: readonly string[], now: number, width: number): CloseUp {
  const start = beginOf(story)
  const length = Math.max(20, endOf(story, now) - start)
  const scale = createScale(start - length * 0.03, start + length * 1.04, 6, width - 6)
  const tabs = order.filter((tab) => [...story.refreshes, ...story.calls].some((item) => item.tab === tab))
  const fixed = axis + tabs.length * (head + gap)
  const bars =
    tabs.filter((tab) => story.refreshes.some((refresh) => refresh.tab === tab)).length * (bar + gap)
  const pitch = Math.min(18, Math.max(0, (closeUpHeight - fixed - bars) / Math.max(1, story.calls.length)))
  let y = axis
  const groups = tabs.map((tab): Group => {
    const top = y
    y += head
    const refreshes = story.refreshes.filter((refresh) => refresh.tab === tab)
    const boxes = refreshes.map((item): Box<Refresh> => {
      const x = scale.x(item.from)
      return { item, x, y, width: Math.max(8, scale.x(Math.min(item.to ?? now, now)) - x), height: bar }
    })
    if (refreshes.length > 0) y += bar + gap
    const rows = story.calls.filter((call) => call.tab === tab && call.from <= now)
    const placed = rows.map((item, index): Row => {
      const x = scale.x(item.from)
      const right = scale.x(Math.min(item.to ?? now, now))
      const place = { x, y: y + index * pitch, width: right - x, height: pitch }
      return { item, ...place, segments: segmentsOf(item, now) }
    })
    y += rows.length * pitch + gap
    return { tab, y: top, height: y - gap - top, refreshes: boxes, rows: placed, pitch }
  })
  return { scale, start, groups, width, height: closeUpHeight }
}

function segmentsOf(call: Call, now: number): Segment[] {
  const seen = call.steps.filter(({ at }) => at <= now)
  return seen.map(({ at, state }, index) => ({
    from: at,
    to: seen[index + 1]?.at ?? Math.min(call.to ?? now, now),
    state,
  }))
}

export function boxesOfCloseUp({ groups }: CloseUp): Box[] {
  return groups.flatMap(({ refreshes, rows }) => [...refreshes, ...rows])
}
