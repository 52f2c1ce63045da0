import { onTestFinished } from 'vitest'
import type { Environment } from '../../src/session/environment.ts'
import type { SessionOptions } from '../../src/session/options.ts'
import type { TestPage } from '../../src/testing/page-parts.ts'
import { createFakeBrowser, type FakeBrowser } from './fake-browser.ts'
import type { FakeClock } from './fake-clock.ts'
import type { FakeServer } from './fake-server.ts'
import { createFakeTab, type FakeTab, type Opened } from './fake-tab.ts'

export interface World {
  readonly clock: FakeClock
  readonly server: FakeServer
  readonly browser: FakeBrowser
  /** The first tab, and its page and environment. */
  readonly tab: FakeTab
  readonly page: TestPage
  readonly environment: Environment
  /** What `reportError` was given. */
  readonly reported: unknown[]
  newTab(): FakeTab
  /** A session of the first tab, told its events; disposed of when the test ends. */
  open(options?: Partial<SessionOptions>): Opened
  /** A session that has signed in already, with a fresh token. */
  openSignedIn(options?: Partial<SessionOptions>): Promise<Opened>
}

/** A browser with a tab or more, a server and a clock, all under the test's control. */
export function createWorld(): World {
  const browser = createFakeBrowser(onTestFinished)
  const { clock, server } = browser
  const tab = createFakeTab(browser)

  return {
    clock,
    server,
    browser,
    tab,
    page: tab.page,
    environment: tab.environment,
    reported: browser.reported,
    newTab: () => createFakeTab(browser),
    open: tab.open,
    async openSignedIn(options) {
      const opened = tab.open(options)
      await opened.session.signIn(server.issue('alice'))
      await clock.advance(0)
      opened.events.length = 0
      return opened
    },
  }
}
