import type { Environment, SharedStorage, Signal } from '../session/environment.ts'
import { type Host, type Neighbour, networkError } from './host.ts'
import type { PageProcess } from './page-process.ts'

/** What a page knows of itself. */
export interface TestPage {
  isVisible: boolean
  isOnline: boolean
  isEmbedded: boolean
  origin: string
  baseUrl: string
  cookie: Record<string, string | undefined>
  send(signal: Signal): void
  readonly listeners: number
  subscribe(listener: (signal: Signal) => void): () => void
}

/** Adds, and returns the undo. */
function join<T>(listeners: Set<T>, listener: T): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

export function createTestPage({ origin, cookie }: Host, { run }: PageProcess): TestPage {
  const listeners = new Set<(signal: Signal) => void>()
  return {
    isVisible: true,
    isOnline: true,
    isEmbedded: false,
    origin,
    baseUrl: `${origin}/start/page.html`,
    cookie,
    send: (signal) =>
      run(() => {
        for (const listener of listeners) listener(signal)
      }),
    get listeners() {
      return listeners.size
    },
    subscribe: (listener) => join(listeners, listener),
  }
}

/** The requests of a page. */
export interface PageNetwork {
  readonly fetch: Environment['fetch']
  /** Tells the page that they have failed, whatever becomes of them: it goes, and they go on. */
  cutOff(): void
}

export function createPageNetwork(host: Host, page: TestPage, process: PageProcess): PageNetwork {
  const cutOffs = new Set<() => void>()
  const sender = { isThere: () => process.state !== 'gone', baseUrl: () => page.baseUrl }
  return {
    fetch: (input, init) =>
      new Promise((resolve, reject) => {
        // What it was about to do when it crashed, it does not do any more.
        if (process.state === 'gone') return
        const cutOff = () => reject(networkError())
        cutOffs.add(cutOff)
        const answer = host.isOffline ? Promise.reject(networkError()) : host.network(input, init, sender)
        process
          .arrive(answer)
          .finally(() => cutOffs.delete(cutOff))
          .then(resolve, reject)
      }),
    cutOff() {
      for (const cutOff of cutOffs) cutOff()
    },
  }
}

/** So many messages can still be looked at. */
const remembered = 1000

/** What the page has of what is shared, and what it hears of the others. */
export interface PageCompany extends Pick<Neighbour, 'hear' | 'isWatching' | 'changed'> {
  readonly openChannel: NonNullable<Environment['openChannel']>
  readonly storage: SharedStorage
  /** How many channels are open, and how many listen to the storage. */
  readonly channels: number
  readonly watchers: number
  close(): void
}

export function createPageCompany(
  host: Host,
  { run }: PageProcess,
  others: () => Iterable<Neighbour>,
): PageCompany {
  const { clock, stored, messages } = host
  const channels = new Map<object, { name: string; listener: (message: unknown) => void }>()
  const watchers = new Set<(key: string) => void>()
  let lastHeard = 0

  function tellChange(key: string): void {
    for (const other of others()) {
      if (other.isWatching) clock.startTimer(() => other.changed(key), host.latency())
    }
  }

  return {
    openChannel(name, listener) {
      const key = {}
      channels.set(key, { name, listener })
      return {
        post(message) {
          const copy: unknown = structuredClone(message)
          if (messages.push(copy) > remembered) messages.shift()
          const { monotonic } = clock.now()
          // What this tab says first is heard first.
          lastHeard = Math.max(lastHeard, monotonic + host.latency())
          for (const other of others()) clock.startTimer(() => other.hear(name, copy), lastHeard - monotonic)
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
      subscribe: (listener) => join(watchers, listener),
    },
    get channels() {
      return channels.size
    },
    get watchers() {
      return watchers.size
    },
    hear: (name, message) =>
      run(() => {
        for (const channel of channels.values()) if (channel.name === name) channel.listener(message)
      }),
    get isWatching() {
      return watchers.size > 0
    },
    changed: (key) =>
      run(() => {
        for (const listener of watchers) listener(key)
      }),
    close: () => channels.clear(),
  }
}
