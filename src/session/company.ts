import type { Page } from './environment.ts'
import { isLater } from './stamp.ts'
import type { Standing } from './standing.ts'
import type { News } from './tab-message.ts'
import type { Tabs } from './tabs.ts'

/** What a refresh asks of the other tabs, before it is made and after it was refused. */
export interface Company {
  /** Whether this tab has to hear from the others first, because they may have what it wants. */
  isBehind(): boolean
  /** Waits a moment for their news, which may end the refresh. `isCertain`: somebody was at it a moment ago. */
  meet(signal: AbortSignal, isCertain?: boolean): Promise<void>
  /** Reads what has been written down, should a message have been missed. */
  catchUp(): void
  /** Whether a refresh with a higher number has brought something. */
  isOvertaken(gen: number): boolean
  /** Whether somebody else has been given a newer refresh cookie since `hint` was read. */
  hasMoved(gen: number, hint: string | undefined): boolean
  /** Whether an answer that has just come has left the readable companion of the refresh cookie as it was. */
  hasKept(hint: string | undefined): Promise<boolean>
  /** What the readable companion of the refresh cookie says. */
  hint(): string | undefined
}

export interface CompanyParts {
  readonly tabs: Tabs
  readonly standing: Standing
  readonly page: Page
  readonly hintCookie: string
  readonly hear: (news: News) => void
}

export function createCompany({ tabs, standing, page, hintCookie, hear }: CompanyParts): Company {
  const { state } = standing
  const hint = () => page.readCookie(hintCookie)

  function catchUp(): void {
    const news = tabs.latest()
    if (news) hear(news)
  }

  function isOvertaken(gen: number): boolean {
    const known = tabs.latest()
    return known !== undefined && !known.end && isLater(known.stamp, { ...state.stamp, gen })
  }

  return {
    isBehind() {
      const known = tabs.latest()
      return !state.token || (known !== undefined && isLater(known.stamp, state.stamp))
    },
    async meet(signal, isCertain) {
      await tabs.meet(signal, isCertain)
      if (!signal.aborted) catchUp()
    },
    catchUp,
    isOvertaken,
    hasMoved: (gen, before) => isOvertaken(gen) || (hint() !== undefined && hint() !== before),
    async hasKept(before) {
      if (before === undefined || hint() !== before) return false
      await page.cookiesLanded()
      return hint() === before
    },
    hint,
  }
}
