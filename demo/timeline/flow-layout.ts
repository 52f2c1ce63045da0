import type { Call, Item, Refresh, Tab, Token } from './items.ts'
import type { Timeline } from './model.ts'
import { orderTabs } from './relations.ts'
import { bursts } from './stories.ts'
import { createScale, type Scale, type View } from './view.ts'

export interface Box<T extends Item = Item> {
  readonly item: T
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

/** Calls that began together, side by side from the moment of their beginning. */
export interface Cluster {
  readonly marks: readonly Box<Call>[]
  readonly pitch: number
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

export interface Lane {
  readonly tab: Tab
  readonly y: number
  readonly height: number
  readonly from: number
  readonly to: number
  readonly tokens: readonly Box<Token>[]
  readonly refreshes: readonly Box<Refresh>[]
  readonly clusters: readonly Cluster[]
}

export interface Flow {
  readonly scale: Scale
  readonly lanes: readonly Lane[]
  readonly width: number
  readonly height: number
}

const axis = 22
const gap = 8
const head = 20
const tokenBar = 10
const refreshBar = 14
const marks = 37
const laneHeights = { quiet: 60, busy: 60 + marks + 8 }
/** Below the lanes: the glass that leads to the close-up. */
const foot = 22

/** Where all that is in sight stands. */
export function layOutFlow(timeline: Timeline, own: string, view: View, width: number): Flow {
  const { now, past, future } = view
  const scale = createScale(now - past, now + future, 0, width)
  const groups = bursts(timeline.calls.filter(({ from }) => from <= now))
  let y = axis
  const lanes = orderTabs(timeline, own)
    .filter(({ openedAt, closedAt = Infinity }) => openedAt <= now && closedAt > scale.from)
    .map((tab): Lane => {
      const isBusy = tab.id === own || groups.some(([first]) => first?.tab === tab.id)
      const height = isBusy ? laneHeights.busy : laneHeights.quiet
      const lane = layOutLane(timeline, tab, y, height, scale, now, groups)
      y += height + gap
      return lane
    })
  return { scale, lanes, width, height: y - gap + foot }
}

function layOutLane(
  timeline: Timeline,
  tab: Tab,
  y: number,
  height: number,
  scale: Scale,
  now: number,
  groups: readonly Call[][],
): Lane {
  const isSeen = ({ tab: one, from, to = Infinity }: Item) =>
    one === tab.id && from <= now && to >= scale.from
  const place = <T extends Item>(item: T, top: number, tall: number, end: number, least: number): Box<T> => {
    const x = scale.x(item.from)
    return { item, x, y: y + top, width: Math.max(least, scale.x(end) - x), height: tall }
  }
  // What lies ahead of a token is drawn too, for as long as it is not replaced.
  const endOf = ({ to = Infinity, expiresAt = Infinity }: Token) =>
    Math.min(to <= now ? to : Infinity, expiresAt, scale.to)
  return {
    tab,
    y,
    height,
    from: Math.max(tab.openedAt, scale.from),
    to: tab.closedAt !== undefined && tab.closedAt <= now ? tab.closedAt : scale.to,
    tokens: timeline.tokens.filter(isSeen).map((token) => place(token, head, tokenBar, endOf(token), 2)),
    refreshes: timeline.refreshes
      .filter(isSeen)
      .map((refresh) =>
        place(refresh, head + tokenBar + 8, refreshBar, Math.min(refresh.to ?? now, now), 14),
      ),
    clusters: groups
      .filter(([first]) => first?.tab === tab.id && scale.x(first.from) > -60)
      .map((calls) => layOutCluster(calls, scale, y + head + tokenBar + refreshBar + 19)),
  }
}

/** The more there are, the smaller, so that a hundred still are a hundred. */
function pitchFor(amount: number): number {
  if (amount <= 60) return 9
  return amount <= 200 ? 5.5 : 3.7
}

function layOutCluster(calls: readonly Call[], scale: Scale, y: number): Cluster {
  const pitch = pitchFor(calls.length)
  const rows = Math.min(calls.length, Math.floor(marks / pitch))
  const columns = Math.ceil(calls.length / rows)
  const width = columns * pitch
  // Never beyond the edge, where the newest would be out of sight.
  const x = Math.min(scale.x(calls[0]?.from ?? 0), scale.width - width)
  return {
    marks: calls.map((item, index) => ({
      item,
      x: x + Math.floor(index / rows) * pitch,
      y: y + (index % rows) * pitch,
      width: pitch,
      height: pitch,
    })),
    pitch,
    x,
    y,
    width,
    height: rows * pitch,
  }
}

/** All that can be pointed at, the small before what lies under it. */
export function boxesOf({ lanes }: Flow): Box[] {
  return lanes.flatMap(({ clusters, refreshes, tokens }) => [
    ...clusters.flatMap(({ marks: all }) => all),
    ...refreshes,
    ...tokens,
  ])
}

/** What is there, or so near that a finger would mean it. */
export function hit(boxes: readonly Box[], x: number, y: number, reach = 4): Item | undefined {
  const isIn = (box: Box, slack: number) =>
    x >= box.x - slack &&
    x <= box.x + box.width + slack &&
    y >= box.y - slack &&
    y <= box.y + box.height + slack
  return (boxes.find((box) => isIn(box, 0)) ?? boxes.find((box) => isIn(box, reach)))?.item
}
