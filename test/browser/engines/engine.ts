// One small tab API over three browsers, so that a test says what a user does and not which driver does it.

export type EngineName = 'chromium' | 'firefox' | 'webkit'

export const ENGINE_NAMES: readonly EngineName[] = ['chromium', 'firefox', 'webkit']

// Known before a browser runs, so that a test file can register only what an engine can do.
export interface Capabilities {
  /** `profile.setOffline()` */
  readonly setOffline: boolean
  /** `tab.consoleErrors()` sees something; where it cannot, the list stays empty. */
  readonly consoleErrors: boolean
  /** `newTab({ hidden: true })`: a page whose `document.visibilityState` really is 'hidden'. */
  readonly hiddenTabs: boolean
  /** With the option `backForwardCache`, a page that is left can come back from the back/forward cache. */
  readonly backForwardCache: boolean
  /** `tab.rendererPid()` and `tab.crash()` */
  readonly rendererProcesses: boolean
}

export const CAPABILITIES: Readonly<Record<EngineName, Capabilities>> = {
  chromium: {
    setOffline: true,
    consoleErrors: true,
    hiddenTabs: false,
    backForwardCache: true,
    rendererProcesses: true,
  },
  firefox: {
    setOffline: true,
    consoleErrors: true,
    hiddenTabs: false,
    backForwardCache: false,
    rendererProcesses: false,
  },
  webkit: {
    setOffline: false,
    consoleErrors: false,
    hiddenTabs: true,
    backForwardCache: false,
    rendererProcesses: false,
  },
}

export interface EngineOptions {
  /**
   * Chromium only: start without the flags by which its driver turns the back/forward cache and the
   * throttling of background pages off. Then go back with `history.back()` inside the page.
   */
  readonly backForwardCache?: boolean
}

export interface Engine {
  readonly name: EngineName
  readonly version: string
  readonly can: Capabilities
  newProfile(): Promise<Profile>
  /** Ends the browser and every process it was started with. */
  close(): Promise<void>
}

export interface Cookie {
  readonly name: string
  readonly value: string
  readonly domain: string
  readonly path: string
  readonly httpOnly: boolean
  readonly secure: boolean
  readonly sameSite: string
}

export interface NewTabOptions {
  readonly hidden?: boolean
}

/** An isolated user: own cookie jar, own storage, own Web Locks, own BroadcastChannels. */
export interface Profile {
  newTab(options?: NewTabOptions): Promise<Tab>
  /**
   * The cookies the browser would send to `url`, HttpOnly ones included. WebKit can only tell them for a
   * loaded page: without a tab at that path it loads `url` in a tab of its own, which the server sees.
   */
  cookies(url: string): Promise<readonly Cookie[]>
  setOffline(offline: boolean): Promise<void>
  /** The places where an access token was seen and had no business, since they were last asked for; none where the driver cannot tell. */
  tokensSeen(): readonly string[]
  close(): Promise<void>
}

export interface Tab {
  /** Resolves when the page has loaded; rejects when there is no such page. */
  goto(url: string): Promise<void>
  /**
   * Runs `fn` in the page. The function travels as text: it sees its arguments and the page's globals, no
   * import and no variable of the test. Arguments and the result travel as JSON. What the function throws
   * arrives as an Error with the name and the message it had in the page.
   */
  evaluate<Args extends unknown[], Result>(fn: PageFunction<Args, Result>, ...args: Args): Promise<Result>
  /**
   * Asks the page again and again until `fn` gives something truthy, and gives that back. An answer that
   * fails (an element not there yet, a page just changing) is asked again; 20 s is the bound.
   */
  waitFor<Args extends unknown[], Result>(fn: PageFunction<Args, Result>, ...args: Args): Promise<Result>
  reload(): Promise<void>
  /** Navigates from inside the page, as a link does, and does not wait for the new one. */
  leave(url: string): Promise<void>
  /** Goes back in the history, from inside the page, and does not wait for the page that comes. */
  goBack(): Promise<void>
  close(): Promise<void>
  bringToFront(): Promise<void>
  /** What the page wrote with console.error or threw without catching, since the tab was made. */
  consoleErrors(): readonly string[]
  screenshot(path: string): Promise<void>
  /** The process that runs the page; to send it a signal, ask before: asking needs a page that answers. */
  rendererPid(): Promise<number>
  /** Crashes the page. Of the rest, only `reload`, `evaluate`, `waitFor` and `close` work on such a tab. */
  crash(): Promise<void>
}

export type PageFunction<Args extends unknown[], Result> = (...args: Args) => Result | Promise<Result>
