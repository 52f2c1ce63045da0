import { stateAt } from './items.ts'
import type { Timeline } from './model.ts'
import { nameTabs, sourceOf } from './relations.ts'

/** The run as a file. Times are epoch milliseconds; `to` is missing for what goes on. It holds no secret. */
export function exportRun(timeline: Timeline, own: string, now: number) {
  const names = nameTabs(timeline, own)
  const { tokens, refreshes, calls, holds, deeds } = timeline
  return {
    format: 'silent-refresh-timeline',
    version: 1,
    exportedAt: now,
    tabs: [...timeline.tabs.values()].map((tab) => ({ ...tab, name: names.get(tab.id) })),
    tokens,
    refreshes: refreshes.map((refresh) => {
      const source = sourceOf(timeline, refresh)
      return source ? { ...refresh, adoptedFrom: source.tab } : refresh
    }),
    requests: calls.map((call) => ({ ...call, state: stateAt(call, now) })),
    locks: holds,
    deeds,
  }
}

/** Hands it to the visitor. */
export function download(run: object, name: string): void {
  const url = URL.createObjectURL(new Blob([JSON.stringify(run, null, 2)], { type: 'application/json' }))
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  // The download has its own hold on it by then.
  setTimeout(() => URL.revokeObjectURL(url), 1000)
}
