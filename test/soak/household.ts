import { createHost, type Host } from '../../src/testing/host.ts'
import { createTab } from '../../src/testing/tab.ts'
import { createTestClock, type TestClock } from '../../src/testing/test-clock.ts'
import { settle } from '../helpers/fake-clock.ts'
import { createRandom, type Random } from '../helpers/random.ts'
import { lacks } from '../tabs/torture/plan.ts'
import { type AbortListeners, watchAbortListeners } from './abort-listeners.ts'
import { type App, startApp } from './app.ts'
import { type Backend, createBackend } from './backend.ts'
import { installPage, type PageGlobals } from './page-globals.ts'
import { createRemains, type Remains } from './remains.ts'

/** One life of a browser: what does not change in it. */
export interface LifePlan {
  readonly title: string
  readonly seed: number
  readonly hours: number
  /** How many checkpoints, after the first hour and a half. */
  readonly checkpoints: number
  readonly lack: keyof typeof lacks
  readonly setsHint: boolean
  readonly shareToken: boolean
}

const noEvents = {
  calls: 0,
  refreshes: 0,
  aborts: 0,
  'sign-ins': 0,
  'sign-outs': 0,
  'tabs opened': 0,
  subscriptions: 0,
  attachments: 0,
  'sessions created': 0,
}

const kinds = [
  'finished requests',
  'answers',
  'signals of calls',
  'listeners that have left',
  'axios instances detached',
  'clients forgotten',
  'sessions disposed of',
  'tabs closed',
]

/** A browser with the apps in its tabs, their server, and what is counted of them. */
export interface Household {
  readonly random: Random
  readonly clock: TestClock
  readonly host: Host
  readonly backend: Backend
  readonly events: Record<keyof typeof noEvents, number>
  readonly remains: Remains
  readonly abortListeners: AbortListeners
  /** Of the first tab, whose page is this process's own. */
  readonly globals: PageGlobals
  readonly apps: readonly App[]
  /** The app in the first tab, which stays for the whole life. */
  readonly main: App
  /** What nobody caught, and what else went wrong. */
  readonly errors: string[]
  openTab(): void
  /** Ends any tab but the first; says whether it did. */
  leave(app: App, end: 'close' | 'crash'): boolean
  comeBack(app: App): void
  show(app: App): void
  signIn(app: App, user: string): Promise<void>
  /** Counts it among the app's open calls until it settles. */
  keep(app: App, promise: Promise<unknown>): void
  /** Disposes of all, and leaves no trace in the process. */
  end(): void
}

/** Short, so that there are thousands of refreshes. */
const lifetime = 12_000

export function createHousehold(
  plan: Pick<LifePlan, 'seed' | 'lack' | 'setsHint' | 'shareToken'>,
): Household {
  const random = createRandom(plan.seed)
  const clock = createTestClock(Date.UTC(2026, 0, 1), settle)
  const backend = createBackend({ clock, random, lifetime, setsHint: plan.setsHint })
  const errors: string[] = []
  const report = (error: unknown) => void errors.push(String(error))
  const host = createHost({
    clock,
    cookie: {
      get sr_hint() {
        return backend.hint
      },
    },
    origin: 'https://app.test',
    network: backend.fetch,
    reportError: report,
  })
  host.latency = () => 2
  const events = { ...noEvents }
  const remains = createRemains(kinds)
  const abortListeners = watchAbortListeners()
  process.on('unhandledRejection', report)

  function newTab() {
    events['tabs opened']++
    const tab = createTab(host)
    Object.assign(tab.environment, lacks[plan.lack])
    return tab
  }

  const options = { shareToken: plan.shareToken }
  const first = newTab()
  const globals = installPage(first)
  const main = startApp(first, options, true)
  const apps = [main]

  return {
    random,
    clock,
    host,
    backend,
    events,
    remains,
    abortListeners,
    globals,
    apps,
    main,
    errors,
    openTab: () => void apps.push(startApp(newTab(), options)),
    leave(app, end) {
      if (app === main) return false
      apps.splice(apps.indexOf(app), 1)
      remains.expectGone('tabs closed', app.tab)
      remains.expectGone('tabs closed', app.session)
      app.tab[end]()
      return true
    },
    comeBack(app) {
      if (app.state === 'frozen') app.tab.thaw()
      if (app.state === 'cached') app.tab.restore()
      app.state = 'running'
    },
    show({ tab }) {
      tab.page.isVisible = true
      tab.page.send('wake')
    },
    async signIn({ session, clients }, user) {
      events['sign-ins']++
      await session.signIn(async () => {
        const answer = await clients.send('/auth/login', { method: 'POST', body: JSON.stringify({ user }) })
        if (!answer.ok) throw new Error('wrong password')
        return answer
      })
    },
    keep(app, promise) {
      app.open++
      const settled = () => void app.open--
      promise.then(settled, settled)
    },
    end() {
      for (const { session } of apps) session.dispose()
      globals.restore()
      abortListeners.restore()
      process.off('unhandledRejection', report)
    },
  }
}
