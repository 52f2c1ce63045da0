import { createFetch } from '../../src/clients/fetch.ts'
import type { Clock, Environment, Signal } from '../../src/session/environment.ts'
import type { SessionEvent } from '../../src/session/events.ts'
import type { Gated } from '../../src/session/gate.ts'
import { createLiveSession } from '../../src/session/live-session.ts'
import type { SessionOptions } from '../../src/session/options.ts'
import type { Session } from '../../src/session/session.ts'
import type { FakeClock } from './fake-clock.ts'
import type { FakeLocks } from './fake-locks.ts'
import type { FakeServer } from './fake-server.ts'

/** What the tabs of one browser have in common. */
export interface FakeBrowser {
  readonly clock: FakeClock
  readonly server: FakeServer
  readonly locks: FakeLocks
  readonly tabs: Set<FakeTab>
  readonly stored: Map<string, string>
  /** How long a message takes from one tab to another, in milliseconds. */
  latency: () => number
  readonly messages: unknown[]
  /** No request gets through, and the pages know it; see `setOffline`. */
  isOffline: boolean
  /** Has `task` done when all is over. */
  readonly atEnd: (task: () => void) => void
  reported: unknown[]
}

export interface FakePage {
  isVisible: boolean
  isOnline: boolean
  isEmbedded: boolean
  origin: string
  baseUrl: string
  cookie: Record<string, string>
  send(signal: Signal): void
  readonly listeners: number
}

export interface Opened {
  readonly session: Session & Gated
  readonly events: SessionEvent[]
}

type State = 'running' | 'frozen' | 'gone'

export interface FakeTab {
  readonly page: FakePage
  readonly environment: Environment
  /** A session of this page, told its events; disposed of when the test ends. */
  open(options?: Partial<SessionOptions>): Opened
  /** The page goes for good: a link, a reload, the tab closed. Requests with keepalive go on. */
  close(): void
  /** The same without a word: not even `pagehide` is told. */
  crash(): void
  /** The page goes into the back/forward cache, and comes back. */
  cache(): void
  restore(): void
  /** The process is stopped: nothing runs, all is kept. */
  freeze(): void
  thaw(): void
  /** How many channels are open. */
  readonly channels: number
  hear(name: string, message: unknown): void
  /** Whether it is told of changes of the storage, and that there is one. */
  readonly isWatching: boolean
  changed(key: string): void
}

export function createFakeTab(browser: FakeBrowser): FakeTab {
  const { clock, server, locks, stored, tabs } = browser
  const listeners = new Set<(signal: Signal) => void>()
  const channels = new Map<object, { name: string; listener: (message: unknown) => void }>()
  const storageListeners = new Set<(key: string) => void>()
  const timers = new Set<() => void>()
  const origin = clock.now().monotonic
  let state: State = 'running'
  let late: (() => void)[] = []
  /** What a page that goes is told of its requests, whatever becomes of them. */
  const cutOffs = new Set<() => void>()
  let lastHeard = 0

  /** Runs what concerns this page: now, or when it is thawed, or never. */
  function run(task: () => void): void {
    if (state === 'running') task()
    else if (state === 'frozen') late.push(task)
  }

  function arrive<T>(promise: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      promise.then(
        (value) => run(() => resolve(value)),
        (error: unknown) => run(() => reject(error)),
      )
    })
  }

  const tabClock: Clock = {
    now: () => ({ monotonic: clock.now().monotonic - origin, wall: clock.now().wall }),
    startTimer(callback, delay) {
      let isOn = true
      const stop = clock.startTimer(() => {
        timers.delete(stop)
        run(() => isOn && callback())
      }, delay)
      timers.add(stop)
      return () => {
        isOn = false
        timers.delete(stop)
        stop()
      }
    },
  }

  const page: FakePage = {
    isVisible: true,
    isOnline: true,
    isEmbedded: false,
    origin: 'https://app.test',
    baseUrl: 'https://app.test/start/page.html',
    cookie: {},
    send: (signal) =>
      run(() => {
        for (const listener of listeners) listener(signal)
      }),
    get listeners() {
      return listeners.size
    },
  }

  /** What this tab says first is heard first. */
  function toOthers(tell: (tab: FakeTab) => void): void {
    const { monotonic } = clock.now()
    lastHeard = Math.max(lastHeard, monotonic + browser.latency())
    for (const other of tabs) {
      if (other !== tab) clock.startTimer(() => tell(other), lastHeard - monotonic)
    }
  }

  function tellChange(key: string): void {
    for (const other of tabs) {
      if (other !== tab && other.isWatching) clock.startTimer(() => other.changed(key), browser.latency())
    }
  }

  const environment: Environment = {
    clock: tabClock,
    signals: {
      isVisible: () => page.isVisible,
      isOnline: () => page.isOnline && !browser.isOffline,
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
      readCookie: (name) => page.cookie[name] ?? (name === 'sr_hint' ? server.hint : undefined),
      isEmbedded: () => page.isEmbedded,
    },
    fetch: (input, init) =>
      new Promise((resolve, reject) => {
        const cutOff = () => reject(new TypeError('Failed to fetch'))
        cutOffs.add(cutOff)
        const answer = browser.isOffline
          ? Promise.reject(new TypeError('Failed to fetch'))
          : server.fetch(input, init, () => state !== 'gone')
        arrive(answer)
          .finally(() => cutOffs.delete(cutOff))
          .then(resolve, reject)
      }),
    random: () => 0.5,
    createId: () => `tab-${createdIds++}`,
    locks: {
      request(name, options, hold) {
        // Nobody is left to let go of it.
        if (state === 'gone') return new Promise(() => {})
        return arrive(
          locks
            .of(tab)
            .request(name, options, (isGranted) =>
              arrive(new Promise((resolve) => run(() => resolve(hold(isGranted))))),
            ),
        )
      },
    },
    openChannel(name, listener) {
      const key = {}
      channels.set(key, { name, listener })
      return {
        post(message) {
          const copy: unknown = structuredClone(message)
          browser.messages.push(copy)
          toOthers((other) => other.hear(name, copy))
        },
        close: () => channels.delete(key),
      }
    },
    storage: {
      read: (key) => stored.get(key),
      write(key, text) {
        stored.set(key, text)
        tellChange(key)
      },
      remove(key) {
        if (stored.delete(key)) tellChange(key)
      },
      keys: () => [...stored.keys()],
      subscribe(listener) {
        storageListeners.add(listener)
        return () => storageListeners.delete(listener)
      },
    },
    reportError: (error) => browser.reported.push(error),
  }

  function end(): void {
    state = 'gone'
    tabs.delete(tab)
    for (const stop of timers) stop()
    timers.clear()
    channels.clear()
    locks.drop(tab)
  }

  function thaw(): void {
    if (state !== 'frozen') return
    state = 'running'
    const tasks = late
    late = []
    // One by one, as a browser does: what follows from one comes before the next.
    for (const task of tasks) clock.startTimer(() => run(task), 0)
  }

  const tab: FakeTab = {
    page,
    environment,
    open(options = {}) {
      const events: SessionEvent[] = []
      const session = createLiveSession(
        { refresh: '/auth/refresh', signOut: '/auth/logout', ...options },
        environment,
      )
      session.subscribe((event) => events.push(event))
      browser.atEnd(() => session.dispose())
      return { session, events }
    },
    close() {
      page.send('leave')
      // As Chromium does; the requests themselves go on. What that leads to is still done.
      for (const cutOff of cutOffs) cutOff()
      setImmediate(end)
    },
    crash: end,
    cache() {
      page.send('leave')
      // What the page has been told it still does.
      clock.startTimer(() => {
        if (state === 'running') state = 'frozen'
      }, 0)
    },
    restore() {
      thaw()
      page.send('restore')
    },
    freeze() {
      state = 'frozen'
    },
    thaw,
    get channels() {
      return channels.size
    },
    hear: (name, message) =>
      run(() => {
        for (const channel of channels.values()) if (channel.name === name) channel.listener(message)
      }),
    get isWatching() {
      return storageListeners.size > 0
    },
    changed: (key) =>
      run(() => {
        for (const listener of storageListeners) listener(key)
      }),
  }
  tabs.add(tab)
  return tab
}

/** The network goes, or comes back. */
export function setOffline(browser: FakeBrowser, isOffline: boolean): void {
  browser.isOffline = isOffline
  if (!isOffline) for (const tab of browser.tabs) tab.page.send('online')
}

let createdIds = 0

/** `createFetch` over the session of a tab. */
export const fetchOf = ({ session }: Opened) => createFetch(session)
