import { checkSessionOptions } from '../session/check-options.ts'
import { createLiveSession } from '../session/live-session.ts'
import type { SessionOptions } from '../session/options.ts'
import type { Session } from '../session/session.ts'
import type { Tab } from './tab.ts'

/**
 * One tab of a {@link TestBrowser} with one page in it. What happens to it shows once things have settled: await
 * `browser.settle()` or `browser.advance()` afterwards. Its functions can be passed on by themselves.
 *
 * @example
 * const tab = createTestBrowser().openTab()
 * const session = tab.createSession({ refresh: '/auth/refresh' })
 */
export interface TestTab {
  /**
   * A real session in this tab, in the place of the library's own `createSession`.
   *
   * @throws {TypeError} naming the option that cannot work
   * @throws {Error} if the tab is gone
   * @example
   * const session = tab.createSession({ refresh: '/auth/refresh', signOut: '/auth/logout' })
   * const apiFetch = createFetch(session)
   */
  createSession(options: SessionOptions): Session
  /**
   * The `fetch` of the page: what its requests meet (`goOffline`, `loseAnswers`, a closed tab), this one meets too.
   * Rejects with a `TypeError` if nothing gets through.
   *
   * @example
   * await browser.until(session.signIn(() => tab.fetch('/auth/login', { method: 'POST' })))
   */
  fetch(input: RequestInfo | URL, init?: RequestInit): Promise<Response>
  /**
   * Another tab or window covers this one: it refreshes nothing ahead of time.
   *
   * @example
   * tab.hide()
   * await browser.advance(60 * 60_000)
   * tab.show()
   */
  hide(): void
  /** It can be seen again, and looks at once what is due. */
  show(): void
  /**
   * The page goes for good: a closed tab, a link, a reload. Its requests fail for it and go on to the server. For a
   * reload, open another tab afterwards.
   *
   * @example
   * tab.close()
   * const reloaded = browser.openTab()
   */
  close(): void
  /** The same without a word: the process was killed, and the page is not told that it is left. */
  crash(): void
  /** The page goes into the back/forward cache: somebody follows a link, and may come back. */
  cache(): void
  /** Somebody comes back to the page in the back/forward cache. */
  restore(): void
  /**
   * The process is stopped, as phones do with tabs out of sight: nothing runs, all is kept.
   *
   * @example
   * tab.freeze()
   * await browser.advance(10 * 60_000)
   * tab.thaw()
   */
  freeze(): void
  /** It goes on, and hears of all that it has missed. */
  thaw(): void
}

/** What a test sees of a tab. */
export function createTestTab(tab: Tab): TestTab {
  const { page, environment } = tab
  return {
    createSession(options) {
      checkSessionOptions(options)
      if (tab.state === 'gone') throw new Error('silent-refresh: this tab has been closed.')
      return createLiveSession(options, environment)
    },
    fetch: environment.fetch,
    hide() {
      page.isVisible = false
      page.send('hide')
    },
    show() {
      page.isVisible = true
      page.send('wake')
    },
    close: tab.close,
    crash: tab.crash,
    cache: tab.cache,
    restore: tab.restore,
    freeze: tab.freeze,
    thaw: tab.thaw,
  }
}
