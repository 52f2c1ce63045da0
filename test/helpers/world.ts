import { onTestFinished } from 'vitest'
import type { Environment, Signal } from '../../src/session/environment.ts'
import type { SessionEvent } from '../../src/session/events.ts'
import type { Gated } from '../../src/session/gate.ts'
import { createLiveSession } from '../../src/session/live-session.ts'
import type { SessionOptions } from '../../src/session/options.ts'
import type { Session } from '../../src/session/session.ts'
import { createFakeClock, type FakeClock } from './fake-clock.ts'
import { createFakeServer, type FakeServer } from './fake-server.ts'

export interface FakePage {
  isVisible: boolean
  isOnline: boolean
  origin: string
  baseUrl: string
  cookie: Record<string, string>
  send(signal: Signal): void
  readonly listeners: number
}

export interface World {
  readonly clock: FakeClock
  readonly server: FakeServer
  readonly page: FakePage
  readonly environment: Environment
  /** What `reportError` was given. */
  readonly reported: unknown[]
  /** A session of this page, told its events; disposed of when the test ends. */
  open(options?: Partial<SessionOptions>): { session: Session & Gated; events: SessionEvent[] }
  /** A session that has signed in already, with a fresh token. */
  openSignedIn(
    options?: Partial<SessionOptions>,
  ): Promise<{ session: Session & Gated; events: SessionEvent[] }>
}

/** A page, a server and a clock, all under the test's control. */
export function createWorld(): World {
  const clock = createFakeClock()
  const server = createFakeServer(clock)
  const reported: unknown[] = []
  const listeners = new Set<(signal: Signal) => void>()
  const page: FakePage = {
    isVisible: true,
    isOnline: true,
    origin: 'https://app.test',
    baseUrl: 'https://app.test/start/page.html',
    cookie: {},
    send: (signal) => {
      for (const listener of listeners) listener(signal)
    },
    get listeners() {
      return listeners.size
    },
  }
  const environment: Environment = {
    clock,
    signals: {
      isVisible: () => page.isVisible,
      isOnline: () => page.isOnline,
      subscribe(listener) {
        listeners.add(listener)
        return () => listeners.delete(listener)
      },
    },
    page: {
      baseUrl: () => page.baseUrl,
      get origin() {
        return page.origin
      },
      readCookie: (name) => page.cookie[name],
    },
    fetch: (input, init) => server.fetch(input, init),
    random: () => 0.5,
    reportError: (error) => reported.push(error),
  }

  function open(options: Partial<SessionOptions> = {}) {
    const events: SessionEvent[] = []
    const session = createLiveSession(
      { refresh: '/auth/refresh', signOut: '/auth/logout', ...options },
      environment,
    )
    session.subscribe((event) => events.push(event))
    onTestFinished(() => session.dispose())
    return { session, events }
  }

  return {
    clock,
    server,
    page,
    environment,
    reported,
    open,
    async openSignedIn(options) {
      const opened = open(options)
      await opened.session.signIn(server.issue('alice'))
      await clock.advance(0)
      opened.events.length = 0
      return opened
    },
  }
}
