import type { Environment, Locks } from '../session/environment.ts'
import type { Host, Neighbour } from './host.ts'
import { macrotask } from './macrotask.ts'
import { createPageCompany, createPageNetwork, createTestPage, type TestPage } from './page-parts.ts'
import { createPageProcess, type PageProcess } from './page-process.ts'

/** One page in one tab, with all that a session needs of its host. */
export interface Tab extends Neighbour {
  readonly page: TestPage
  readonly environment: Environment
  readonly state: PageProcess['state']
  /** How many channels are open, and how many listen to the storage. */
  readonly channels: number
  readonly watchers: number
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
}

export function createTab(host: Host): Tab {
  const { clock, locks, tabs, createId, reportError } = host
  const process = createPageProcess(clock)
  const { run, arrive, freeze, thaw } = process
  const page = createTestPage(host, process)
  const network = createPageNetwork(host, page, process)
  const company = createPageCompany(host, process, () => [...tabs].filter((other) => other !== tab))

  let stayAwake = () => {}

  const pageLocks: Locks = {
    request(name, options, hold) {
      // Nobody is left to let go of it.
      if (process.state === 'gone') return new Promise(() => {})
      return arrive(
        locks
          .of(tab)
          .request(name, options, (isGranted) =>
            arrive(new Promise((resolve) => run(() => resolve(hold(isGranted))))),
          ),
      )
    },
  }

  function end(): void {
    process.end()
    tabs.delete(tab)
    company.close()
    locks.drop(tab)
  }

  const tab: Tab = {
    page,
    environment: {
      clock: process.clock,
      signals: {
        isVisible: () => page.isVisible,
        isOnline: () => page.isOnline && !host.isOffline,
        subscribe: page.subscribe,
      },
      page: {
        baseUrl: () => page.baseUrl,
        get origin() {
          return page.origin
        },
        readCookie: (name) => page.cookie[name],
        cookiesLanded: async () => {},
        isEmbedded: () => page.isEmbedded,
      },
      fetch: network.fetch,
      random: () => 0.5,
      createId,
      locks: pageLocks,
      openChannel: company.openChannel,
      storage: company.storage,
      reportError,
    },
    get state() {
      return process.state
    },
    get channels() {
      return company.channels
    },
    get watchers() {
      return company.watchers
    },
    close() {
      // Code that is stopped cannot notice its end.
      if (process.state !== 'running') return end()
      page.send('leave')
      // As Chromium does; the requests themselves go on. What that leads to is still done.
      network.cutOff()
      macrotask().then(end)
    },
    crash: end,
    cache() {
      page.send('leave')
      // What the page has been told it still does.
      stayAwake = clock.startTimer(freeze, 0)
    },
    restore() {
      stayAwake()
      thaw()
      page.send('restore')
    },
    freeze,
    thaw,
    hear: company.hear,
    get isWatching() {
      return company.isWatching
    },
    changed: company.changed,
    goOnline: () => page.send('online'),
  }
  tabs.add(tab)
  return tab
}
