/** Chance that can be had again: the same seed gives the same numbers, from 0 up to, but not including, 1 (mulberry32). */
export function createNumbers(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

export interface Random {
  next(): number
  /** A whole number from 0 up to, but not including, `end`. */
  below(end: number): number
  chance(part: number): boolean
  pick<T>(items: readonly T[]): T
  /** One of the names, as often as its weight says. */
  weigh<Name extends string>(weights: Readonly<Record<Name, number>>): Name
}

export function createRandom(seed: number): Random {
  const next = createNumbers(seed)
  const below = (end: number) => Math.floor(next() * end)

  return {
    next,
    below,
    chance: (part) => next() < part,
    pick: <T>(items: readonly T[]) => items[below(items.length)] as T,
    weigh<Name extends string>(weights: Readonly<Record<Name, number>>) {
      const entries = Object.entries(weights) as [Name, number][]
      let rest = next() * entries.reduce((sum, [, weight]) => sum + weight, 0)
      const found = entries.find(([, weight]) => {
        rest -= weight
        return rest < 0
      })
      return (found ?? (entries[0] as [Name, number]))[0]
    },
  }
}
