import type { Counts } from '../host/tally.ts'
import { backend } from './backend.ts'
import { write } from './elements.ts'

/** What the callers themselves have met. */
export interface Met {
  answered: number
  seen: number
  failed: number
  pending: number
}

export interface Counters {
  met: Met
  /** Shows what the callers met, and asks the backend for its part. */
  update(): Promise<void>
  /** From zero again, except for what is still under way. */
  clear(): Promise<void>
}

export function createCounters(): Counters {
  const met: Met = { answered: 0, seen: 0, failed: 0, pending: 0 }
  let before: Counts | undefined
  let asked = 0
  let shown = 0

  async function update(): Promise<void> {
    for (const [name, value] of Object.entries(met)) write(`count-${name}`, String(value))
    asked += 1
    const turn = asked
    const { counts } = await backend.state()
    // Answers may overtake each other: the newest question has the newest numbers.
    if (turn < shown) return
    shown = turn
    // The backend may have counted for longer than this page lives.
    before ??= counts
    write('count-refreshes', String(counts.refreshes - before.refreshes))
    write('count-sent', String(counts.unauthorized - before.unauthorized))
    write('count-retried', String(counts.retried - before.retried))
  }

  return {
    met,
    update,
    async clear() {
      Object.assign(met, { answered: 0, seen: 0, failed: 0 })
      before = undefined
      await update()
    },
  }
}
