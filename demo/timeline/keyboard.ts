import type { Item } from './items.ts'
import type { Timeline } from './model.ts'

export type Move = 'next' | 'previous' | 'first' | 'last' | 'lane-up' | 'lane-down'

const moves: Record<string, Move> = {
  ArrowRight: 'next',
  ArrowLeft: 'previous',
  ArrowDown: 'lane-down',
  ArrowUp: 'lane-up',
  Home: 'first',
  End: 'last',
}

export const moveFor = (key: string): Move | undefined => moves[key]

/** All that can be reached, in the order of time. */
export function walk({ tokens, refreshes, calls }: Timeline, from: number, now: number): Item[] {
  const items: Item[] = [...tokens, ...refreshes, ...calls]
  return items
    .filter((item) => item.from <= now && (item.to ?? now) >= from)
    .sort((one, other) => one.from - other.from)
}

/** Where a move leads; at the ends it stays. Begun from nowhere, it begins with the newest. */
export function step(
  items: readonly Item[],
  lanes: readonly string[],
  present: Item | undefined,
  move: Move,
): Item | undefined {
  if (move === 'first') return items[0]
  if (move === 'last' || !present) return items.at(-1)
  const index = items.findIndex(({ id, tab }) => id === present.id && tab === present.tab)
  if (index < 0) return items.at(-1)
  if (move === 'next' || move === 'previous') return items[index + (move === 'next' ? 1 : -1)] ?? present
  const lane = lanes[lanes.indexOf(present.tab) + (move === 'lane-down' ? 1 : -1)]
  const others = items.filter(({ tab }) => tab === lane)
  const distance = ({ from }: Item) => Math.abs(from - present.from)
  others.sort((one, other) => distance(one) - distance(other))
  return others[0] ?? present
}
