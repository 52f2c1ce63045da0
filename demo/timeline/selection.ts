import { byName, write } from '../page/elements.ts'
import type { Clock } from './clock.ts'
import { describe } from './describe.ts'
import type { Item } from './items.ts'
import { moveFor, step, walk } from './keyboard.ts'
import type { Timeline } from './model.ts'
import { nameTabs, orderTabs } from './relations.ts'
import { keptPast } from './view.ts'

export interface Selection {
  /** What is pointed at, by the pointer or by the keyboard. */
  readonly item: Item | undefined
  point(item: Item | undefined): void
  clear(): void
  /** Says what is pointed at, again: it may have gone on. */
  show(now: number): void
}

export interface SelectionParts {
  readonly timeline: Timeline
  readonly own: string
  readonly clock: Clock
  readonly changed: () => void
}

/** What one item is, in words: for the eyes below the drawing, for a screen reader as it is walked through. */
export function startSelection({ timeline, own, clock, changed }: SelectionParts): Selection {
  const area = byName('timeline')
  const hint = byName('timeline-details').textContent ?? ''
  let walked: Item | undefined
  let pointed: Item | undefined

  const tell = (item: Item, now: number) => describe(item, { timeline, names: nameTabs(timeline, own), now })

  area.addEventListener('keydown', (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey) return
    if (event.key === 'Escape') walked = undefined
    const move = moveFor(event.key)
    if (!move) return
    event.preventDefault()
    // What is looked at is not to run away.
    clock.pause()
    const { now } = clock.view(area.clientWidth)
    const lanes = orderTabs(timeline, own).map(({ id }) => id)
    const from = now - keptPast
    // What came after the moment it stands still at can be reached too.
    walked = step(walk(timeline, from, Infinity), lanes, walked, move)
    if (walked) {
      const { past } = clock.view(area.clientWidth)
      const end = walked.to ?? walked.from
      if (walked.from < now - past || walked.from > now) clock.pause(Math.max(end, walked.from) + 1000)
      write('timeline-spoken', tell(walked, clock.view(0).now))
    }
    changed()
  })
  area.addEventListener('blur', () => {
    walked = undefined
  })

  return {
    get item() {
      return pointed ?? walked
    },
    point(item) {
      pointed = item
    },
    clear() {
      walked = undefined
      pointed = undefined
    },
    show(now) {
      const item = pointed ?? walked
      write('timeline-details', item ? tell(item, now) : hint)
    },
  }
}
