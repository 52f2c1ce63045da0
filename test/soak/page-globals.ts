import type { Tab } from '../../src/testing/tab.ts'

/** A page of the simulated browser as the globals that a real one has, so that the library's own browser code runs on it. */
export interface PageGlobals {
  /** Who listens to the window and to the document. */
  readonly listeners: number
  /** Timers that have not fired. */
  readonly timers: number
  /** Open BroadcastChannels. */
  readonly channels: number
  /** Runs with the globals of the page; they are this process's own again when it is done. */
  restore(): void
}

class CountedTarget extends EventTarget {
  readonly #listening = new Map<string, Set<unknown>>()

  override addEventListener(...args: Parameters<EventTarget['addEventListener']>): void {
    const known = this.#listening.get(args[0]) ?? new Set()
    this.#listening.set(args[0], known.add(args[1]))
    super.addEventListener(...args)
  }

  override removeEventListener(...args: Parameters<EventTarget['removeEventListener']>): void {
    this.#listening.get(args[0])?.delete(args[1])
    super.removeEventListener(...args)
  }

  get listeners(): number {
    return [...this.#listening.values()].reduce((sum, { size }) => sum + size, 0)
  }
}

function createStorage({ environment }: Tab): Storage {
  const { storage } = environment
  const keys = () => storage?.keys() ?? []
  const methods = {
    getItem: (key: string) => storage?.read(key) ?? null,
    setItem: (key: string, text: string) => storage?.write(key, text),
    removeItem: (key: string) => storage?.remove(key),
  }
  // Its keys are its properties, as those of a real one are.
  return new Proxy(methods as unknown as Storage, {
    ownKeys: keys,
    getOwnPropertyDescriptor: (_, key) => ({
      value: storage?.read(String(key)),
      enumerable: true,
      configurable: true,
    }),
  })
}

/** Puts the page in the place of this process's globals. */
export function installPage(tab: Tab): PageGlobals {
  const { environment, page } = tab
  const { clock, storage, openChannel, locks } = environment
  const [view, content] = [new CountedTarget(), new CountedTarget()]
  const timers = new Map<number, () => void>()
  const channels = new Set<object>()
  let ids = 0

  const tellSignal = {
    hide: () => content.dispatchEvent(new Event('visibilitychange')),
    wake: () => content.dispatchEvent(new Event('visibilitychange')),
    leave: () => view.dispatchEvent(new Event('pagehide')),
    restore: () => view.dispatchEvent(Object.assign(new Event('pageshow'), { persisted: true })),
    online: () => view.dispatchEvent(new Event('online')),
  }
  const undo = [page.subscribe((signal) => void tellSignal[signal]())]
  const localStorage = createStorage(tab)
  const tellStorage = (key: string) =>
    view.dispatchEvent(Object.assign(new Event('storage'), { key, storageArea: localStorage }))
  if (storage) undo.push(storage.subscribe((key) => void tellStorage(key)))

  class PageChannel {
    onmessage: ((event: { data: unknown }) => void) | undefined
    readonly #channel

    constructor(name: string) {
      channels.add(this)
      this.#channel = openChannel?.(name, (data) => this.onmessage?.({ data }))
    }

    postMessage(message: unknown): void {
      this.#channel?.post(message)
    }

    close(): void {
      channels.delete(this)
      this.#channel?.close()
    }
  }

  Object.assign(view, { top: view })
  const globals: Record<string, unknown> = {
    window: view,
    document: Object.defineProperties(content, {
      visibilityState: { get: () => (page.isVisible ? 'visible' : 'hidden') },
      baseURI: { get: () => page.baseUrl },
      cookie: {
        get: () =>
          Object.entries(page.cookie)
            .map((pair) => pair.join('='))
            .join('; '),
      },
    }),
    location: { origin: page.origin },
    navigator: {
      get onLine() {
        return environment.signals.isOnline()
      },
      locks: locks && {
        request: (name: string, options: object, work: (lock: object | null) => unknown) =>
          locks.request(name, options, (isGranted) => work(isGranted ? {} : null)),
      },
    },
    localStorage: storage && localStorage,
    BroadcastChannel: openChannel && PageChannel,
    fetch: environment.fetch,
    setTimeout(callback: () => void, delay = 0) {
      const id = ++ids
      const fire = () => {
        timers.delete(id)
        callback()
      }
      timers.set(id, clock.startTimer(fire, delay))
      return id
    },
    clearTimeout(id: number) {
      timers.get(id)?.()
      timers.delete(id)
    },
  }
  const replaced = Object.keys(globals).map(
    (name) => [name, Object.getOwnPropertyDescriptor(globalThis, name)] as const,
  )
  for (const [name, value] of Object.entries(globals))
    Object.defineProperty(globalThis, name, { value, configurable: true, writable: true })
  const [{ now }, { now: today }] = [performance, Date]
  performance.now = () => clock.now().monotonic
  Date.now = () => clock.now().wall

  return {
    get listeners() {
      return view.listeners + content.listeners
    },
    get timers() {
      return timers.size
    },
    get channels() {
      return channels.size
    },
    restore() {
      for (const end of undo) end()
      performance.now = now
      Date.now = today
      for (const [name, descriptor] of replaced) {
        if (descriptor) Object.defineProperty(globalThis, name, descriptor)
        else Reflect.deleteProperty(globalThis, name)
      }
    },
  }
}
