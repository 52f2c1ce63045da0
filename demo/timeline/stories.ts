import type { Call, Refresh } from './items.ts'
import type { Timeline } from './model.ts'
import { sourceOf } from './relations.ts'

/** What belongs together: a refresh, in whatever tabs it was wanted, and the calls that waited for it; or calls alone. */
export interface Story {
  readonly refreshes: Refresh[]
  readonly calls: Call[]
}

/** Calls of one tab that begin this close together were made by one click. */
const apart = 60

/** Of one tab each, in order of their beginning. */
export function bursts(calls: readonly Call[]): Call[][] {
  const found: Call[][] = []
  const newest = new Map<string, Call[]>()
  for (const call of calls) {
    const burst = newest.get(call.tab)
    if (burst && call.from - (burst.at(-1)?.from ?? 0) < apart) burst.push(call)
    else {
      const begun = [call]
      newest.set(call.tab, begun)
      found.push(begun)
    }
  }
  return found
}

/** In order of their beginning. */
export function tellStories(timeline: Timeline): Story[] {
  const stories: Story[] = []
  const byRefresh = new Map<string, Story>()

  function merge(one: Story | undefined, other: Story | undefined): void {
    if (!one || !other || one === other) return
    for (const refresh of other.refreshes) byRefresh.set(refresh.id, one)
    one.refreshes.push(...other.refreshes)
    one.calls.push(...other.calls)
    stories.splice(stories.indexOf(other), 1)
  }

  for (const refresh of timeline.refreshes) {
    const story = { refreshes: [refresh], calls: [] }
    stories.push(story)
    byRefresh.set(refresh.id, story)
  }
  for (const refresh of timeline.refreshes) {
    const own = byRefresh.get(refresh.id)
    const source = sourceOf(timeline, refresh)
    if (source) merge(byRefresh.get(source.id), own)
    for (const other of timeline.refreshes)
      if (isContending(refresh, other)) merge(byRefresh.get(other.id), byRefresh.get(refresh.id))
  }
  for (const burst of bursts(timeline.calls)) {
    // Those of one click stay together, should only some of them have had to wait; and so do the attempts they waited for.
    const ids = new Set(burst.flatMap(({ refreshes }) => refreshes))
    const [story, ...others] = [...ids].map((id) => byRefresh.get(id)).filter((one) => one !== undefined)
    for (const other of others) merge(story, other)
    if (story) story.calls.push(...burst)
    else stories.push({ refreshes: [], calls: burst })
  }
  return stories.sort((one, other) => beginOf(one) - beginOf(other))
}

/** Two tabs that want a token at the same time: one of them will have it from the other. */
function isContending(one: Refresh, other: Refresh): boolean {
  const overlaps = one.from <= (other.to ?? Infinity) && other.from <= (one.to ?? Infinity)
  return one.tab !== other.tab && overlaps
}

export function beginOf({ refreshes, calls }: Story): number {
  return Math.min(...refreshes.map(({ from }) => from), ...calls.map(({ from }) => from))
}

/** Where it is not over, `now`. */
export function endOf({ refreshes, calls }: Story, now: number): number {
  const ends = [...refreshes, ...calls].map(({ to = now }) => to)
  return Math.min(now, Math.max(...ends))
}

export function isOver({ refreshes, calls }: Story, now: number): boolean {
  return [...refreshes, ...calls].every(({ to = Infinity }) => to <= now)
}

export function storyOf(stories: readonly Story[], id: string): Story | undefined {
  return stories.find((story) => [...story.refreshes, ...story.calls].some((one) => one.id === id))
}
