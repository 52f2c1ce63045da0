import { browserClock } from '../browser/clock.ts'
import { ownOrigin } from './address.ts'
import { checkDuration } from './check-test-options.ts'
import { createHost, setOffline } from './host.ts'
import { settle } from './macrotask.ts'
import { createTestNetwork } from './network.ts'
import { createTab, type Tab } from './tab.ts'
import { checkTestBrowserOptions, type TestBrowserOptions } from './test-browser-options.ts'
import { createTestClock } from './test-clock.ts'
import { createTestTab, type TestTab } from './test-tab.ts'

/**
 * What is still there, of all tabs together; see {@link TestBrowser.leftovers}.
 *
 * @example
 * const none: Leftovers = { timers: 0, listeners: 0, locks: 0, channels: 0, requests: 0 }
 */
export interface Leftovers {
  /** Timers that have not fired, messages between tabs and answers that wait for their time. */
  readonly timers: number
  /** Listeners for what happens to a page, and to the storage that tabs share. */
  readonly listeners: number
  /** Web Locks held or waited for. */
  readonly locks: number
  /** Open BroadcastChannels. */
  readonly channels: number
  /** Requests without an answer. */
  readonly requests: number
}

/**
 * A browser in a test: tabs that share Web Locks, messages, storage and cookies, a network, and a clock that goes only when
 * it is told to. It needs no page, leaves no trace in the globals, and works beside fake timers, whose time is
 * another one.
 *
 * @example
 * const browser = createTestBrowser({ fetch: () => Response.json({ access_token: 'a', expires_in: 900 }) })
 * const session = browser.openTab().createSession({ refresh: '/auth/refresh' })
 * await browser.advance(1000)
 * console.log(session.getSnapshot().status) // 'authenticated'
 */
export interface TestBrowser {
  /**
   * A new tab with a page at the root of the origin.
   *
   * @example
   * const [one, two] = [browser.openTab(), browser.openTab()]
   */
  openTab(): TestTab
  /**
   * Lets so many milliseconds pass, timer by timer. Before each, all that is ready runs, and requests under way are
   * answered; see the option `patience`.
   *
   * @throws {TypeError} if it is not a number of milliseconds, 0 or more
   * @example
   * await browser.advance(15 * 60_000) // the token has expired
   */
  advance(duration: number): Promise<void>
  /**
   * Lets time pass until the promise has settled, no longer, and passes on what came of it. What needs time, such as a
   * request that waits for a refresh, would never be done if it were awaited by itself: the clock stands still then.
   *
   * @param within how long it may take at most, in milliseconds of the browser's time; 60_000 by default
   * @throws {Error} if it has not settled within that time
   * @throws {TypeError} if that is not a number of milliseconds, 0 or more
   * @example
   * const response = await browser.until(apiFetch('/api/users'))
   */
  until<T>(promise: PromiseLike<T>, within?: number): Promise<T>
  /** Lets all that is ready run, and requests under way be answered, without any time passing. */
  settle(): Promise<void>
  /** The wall clock, in milliseconds since 1970. */
  now(): number
  /**
   * The machine sleeps for so many milliseconds: the wall clock goes on, timers stand still.
   *
   * @throws {TypeError} if it is not a number of milliseconds, 0 or more
   * @example
   * browser.sleep(8 * 60 * 60_000) // the lid is closed overnight
   */
  sleep(duration: number): void
  /**
   * Somebody sets the wall clock, forward or (negative) back, by so many milliseconds. Timers do not notice.
   *
   * @throws {TypeError} if it is not a finite number
   * @example
   * browser.shiftWallClock(-24 * 60 * 60_000) // a day back
   */
  shiftWallClock(change: number): void
  /** The network goes: requests fail from now on, and the pages know. Answers that are on their way still arrive. */
  goOffline(): void
  /** The network is back, and the pages are told. */
  goOnline(): void
  /**
   * The next requests, one unless told otherwise, reach the server, and the answers are lost: they fail as if the network
   * had.
   *
   * @throws {TypeError} if it is not a whole number, 0 or more
   * @example
   * browser.loseAnswers()
   * await browser.advance(15 * 60_000) // the token is rotated, and nobody hears of it
   */
  loseAnswers(count?: number): void
  /**
   * Sets a cookie that pages can read, or removes it with `undefined`. Cookies in answers set none: a refresh cookie is
   * httpOnly, and what stands for it in a test is up to the server function.
   *
   * @example
   * browser.setCookie('sr_hint', '1')
   */
  setCookie(name: string, value: string | undefined): void
  /**
   * What sessions, clients and requests have left in tabs that are still open: all zero, if everything was disposed of.
   *
   * @example
   * session.dispose()
   * await browser.settle()
   * console.log(browser.leftovers()) // { timers: 0, listeners: 0, locks: 0, channels: 0, requests: 0 }
   */
  leftovers(): Leftovers
}

/**
 * Creates a browser to test an app in, without waiting and without mocks of this library's insides.
 *
 * @throws {TypeError} naming the option that cannot work
 * @example
 * const browser = createTestBrowser()
 * const session = browser.openTab().createSession({ refresh: '/auth/refresh' })
 * const apiFetch = createFetch(session)
 * const response = await browser.until(apiFetch('/api/me'))
 */
export function createTestBrowser(options: TestBrowserOptions = {}): TestBrowser {
  checkTestBrowserOptions(options)
  const given = { __proto__: null, ...options } as TestBrowserOptions
  const { fetch, origin = ownOrigin(), startTime = browserClock.now().wall, patience = 1000 } = given
  const clock = createTestClock(startTime, () => settle(network.isAwaited))
  const network = createTestNetwork({ server: fetch, patience, clock })
  const host = createHost({
    clock,
    cookie: { __proto__: null } as unknown as Record<string, string>,
    origin,
    network: network.send,
    // Nobody's, so that the test runner sees it.
    reportError: (error) => void Promise.reject(error),
  })
  let opened: Tab[] = []
  const present = () => opened.filter(({ state }) => state !== 'gone')

  async function until<T>(promise: PromiseLike<T>, within = 60_000): Promise<T> {
    checkDuration('within', within)
    let isSettled = false
    const settled = () => {
      isSettled = true
    }
    promise.then(settled, settled)
    await clock.advance(within, () => isSettled)
    if (isSettled) return promise
    throw new Error(`silent-refresh: the promise has not settled within ${within} ms of the browser's time.`)
  }

  return {
    openTab() {
      const tab = createTab(host)
      tab.page.baseUrl = `${origin}/`
      opened = [...present(), tab]
      return createTestTab(tab)
    },
    async advance(duration) {
      checkDuration('duration', duration)
      await clock.advance(duration)
    },
    until,
    settle: () => clock.advance(0),
    now: () => clock.now().wall,
    sleep(duration) {
      checkDuration('duration', duration)
      clock.sleep(duration)
    },
    shiftWallClock(change) {
      if (!Number.isFinite(change))
        throw new TypeError('silent-refresh: "change" must be a number of milliseconds.')
      clock.setWallClock(change)
    },
    goOffline: () => setOffline(host, true),
    goOnline: () => setOffline(host, false),
    loseAnswers(count = 1) {
      if (!(Number.isInteger(count) && count >= 0))
        throw new TypeError('silent-refresh: "count" must be a whole number, 0 or more.')
      network.loseAnswers(count)
    },
    setCookie(name, value) {
      host.cookie[name] = value
    },
    leftovers() {
      const tabs = present()
      const sum = (count: (tab: Tab) => number) => tabs.reduce((total, tab) => total + count(tab), 0)
      return {
        timers: clock.timers,
        listeners: sum(({ page, watchers }) => page.listeners + watchers),
        locks: host.locks.size,
        channels: sum(({ channels }) => channels),
        requests: network.underWay,
      }
    },
  }
}
