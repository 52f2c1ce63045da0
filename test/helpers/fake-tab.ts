import { createFetch } from '../../src/clients/fetch.ts'
import type { SessionEvent } from '../../src/session/events.ts'
import type { Gated } from '../../src/session/gate.ts'
import { createLiveSession } from '../../src/session/live-session.ts'
import type { SessionOptions } from '../../src/session/options.ts'
import type { Session } from '../../src/session/session.ts'
import { createTab, type Tab } from '../../src/testing/tab.ts'
import type { FakeBrowser } from './fake-browser.ts'

export interface Opened {
  readonly session: Session & Gated
  readonly events: SessionEvent[]
}

export interface FakeTab extends Tab {
  /** A session of this page, told its events; disposed of when the test ends. */
  open(options?: Partial<SessionOptions>): Opened
}

export function createFakeTab(browser: FakeBrowser): FakeTab {
  const tab = createTab(browser)
  return Object.assign(tab, {
    open(options: Partial<SessionOptions> = {}) {
      const events: SessionEvent[] = []
      const session = createLiveSession(
        { refresh: '/auth/refresh', signOut: '/auth/logout', ...options },
        tab.environment,
      )
      session.subscribe((event) => events.push(event))
      browser.atEnd(() => session.dispose())
      return { session, events }
    },
  })
}

/** `createFetch` over the session of a tab. */
export const fetchOf = ({ session }: Opened) => createFetch(session)
