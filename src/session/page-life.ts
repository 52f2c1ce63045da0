import type { CookieTurns } from './cookie-turns.ts'
import type { Signal } from './environment.ts'
import type { Refresher } from './refresher.ts'
import { isLater } from './stamp.ts'
import type { News } from './tab-message.ts'
import type { Tabs } from './tabs.ts'

export interface PageLifeParts {
  readonly refresher: Refresher
  readonly turns: CookieTurns
  readonly tabs: Tabs
  /** What the readable companion of the refresh cookie says. */
  readonly hint: () => string | undefined
}

/**
 * What the session does as its page goes and comes. A page in the back/forward cache hears nothing, and what it holds
 * would keep it out of there or the other tabs waiting: so it lets go of everything, and looks anew on its return.
 */
export function createPageLife({ refresher, turns, tabs, hint }: PageLifeParts): (signal: Signal) => void {
  let left: { hint: string | undefined; news: News | undefined } | undefined

  function leave(): void {
    left = { hint: hint(), news: tabs.latest() }
    refresher.leave()
    turns.hurry()
    tabs.leave()
  }

  /** Whether the cookie has changed without any tab of ours having said so; or nobody can know. */
  function isDoubtful(before: NonNullable<typeof left>): boolean {
    const news = tabs.latest()
    const isExplained = news && (!before.news || isLater(news.stamp, before.news.stamp))
    const isUnknown = !news && before.hint === undefined
    return !isExplained && (isUnknown || hint() !== before.hint)
  }

  return (signal) => {
    if (signal === 'leave') leave()
    else if (left && signal !== 'hide') {
      const before = left
      left = undefined
      tabs.enter()
      refresher.comeBack(isDoubtful(before))
    } else if (signal === 'online') refresher.revive()
    else refresher.wake()
  }
}
