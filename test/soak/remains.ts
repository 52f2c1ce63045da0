/** Waits for what should be gone to be collected, without keeping any of it. */
export interface Remains {
  /** From the next checkpoint on, nobody should hold it any more. */
  expectGone(kind: string, object: object): void
  /**
   * How many of each kind are still held although they were given up before the last call of this function: what has only
   * just ended may still be on somebody's stack.
   */
  count(): Record<string, number>
}

const collect = globalThis.gc

/** Several rounds: finalizers and weak references are cleared between tasks, and free what the next round collects. */
export async function collectGarbage(): Promise<void> {
  if (!collect) throw new Error('start node with --expose-gc')
  for (let round = 0; round < 4; round++) {
    await new Promise((resolve) => setImmediate(resolve))
    collect()
  }
}

export function createRemains(kinds: readonly string[]): Remains {
  const recent = new Map(kinds.map((kind) => [kind, [] as WeakRef<object>[]]))
  const earlier = new Map(kinds.map((kind) => [kind, [] as WeakRef<object>[]]))
  const living = (references: readonly WeakRef<object>[] = []) => references.filter((each) => each.deref())

  return {
    expectGone(kind, object) {
      const references = recent.get(kind)
      if (!references) throw new Error(`unknown kind: ${kind}`)
      references.push(new WeakRef(object))
    },
    count() {
      const counts: Record<string, number> = {}
      for (const kind of kinds) {
        const held = living(earlier.get(kind))
        counts[kind] = held.length
        earlier.set(kind, [...held, ...living(recent.get(kind))])
        recent.set(kind, [])
      }
      return counts
    },
  }
}
