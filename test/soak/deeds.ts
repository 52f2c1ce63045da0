import { setOffline } from '../../src/testing/host.ts'
import { type App, createCaller, createHabits } from './app.ts'
import type { Mood } from './backend.ts'
import type { Household } from './household.ts'

const weights = {
  calls: 40,
  'open tab': 3,
  close: 2,
  reload: 2,
  crash: 1,
  cache: 2,
  freeze: 1,
  'come back': 5,
  hide: 3,
  show: 6,
  offline: 1,
  online: 4,
  sleep: 0.5,
  mood: 4,
  'expire all': 1,
  'end at server': 0.5,
  'sign in': 2,
  'sign in with a token': 0.5,
  'wrong password': 0.5,
  'sign out': 1,
  refresh: 2,
  subscribe: 2,
  attach: 2,
  passing: 1,
  second: 1,
  'take back': 6,
} as const

type Deed = keyof typeof weights

/** What can happen to an app that does not run. */
const fromOutside: readonly Deed[] = ['come back', 'crash', 'take back', 'mood', 'online', 'sleep']

const mostTabs = 5
const longestSleep = 10 * 60_000
const moods: readonly Mood[] = ['fair', 'fair', 'fair', 'slow', 'busy', 'broken', 'lossy', 'suspicious']

/** What happens in a household, thing by thing. */
export interface Days {
  /** Lets one thing happen, drawn by lot. */
  next(): void
  /** Makes a call of any sort. */
  call(app: App): void
  /** Takes all back that is taken back some day. */
  tidyUp(): void
}

export function createDays(household: Household): Days {
  const { random, clock, host, backend, events, remains, apps, main } = household
  const { openTab, leave, comeBack, show, signIn, keep } = household
  const later = (task: () => void, delay: number) => void clock.startTimer(task, delay)
  const call = createCaller({ random, remains, later, onAbort: () => events.aborts++ })
  const habits = createHabits({ random, remains })
  let undos: { app: App; undo: () => void }[] = []

  function counted(app: App, clients = app.clients): Promise<void> {
    events.calls++
    const promise = call(app, clients)
    keep(app, promise)
    return promise
  }

  function end(app: App, how: 'close' | 'crash'): boolean {
    // What it would have taken back goes with it.
    if (app !== main) undos = undos.filter((each) => each.app !== app)
    return leave(app, how)
  }

  const remember = (app: App, undo: () => void) => void undos.push({ app, undo })

  const deeds: Record<Deed, (app: App) => unknown> = {
    calls(app) {
      for (let made = random.below(8); made >= 0; made--) void counted(app)
    },
    'open tab': () => apps.length < mostTabs && openTab(),
    close: (app) => end(app, 'close'),
    reload: (app) => end(app, 'close') && openTab(),
    crash: (app) => end(app, 'crash'),
    cache(app) {
      app.state = 'cached'
      app.tab.cache()
    },
    freeze(app) {
      app.state = 'frozen'
      app.tab.freeze()
    },
    'come back': comeBack,
    hide({ tab }) {
      tab.page.isVisible = false
      tab.page.send('hide')
    },
    show,
    offline: () => setOffline(host, true),
    online: () => setOffline(host, false),
    sleep: () => clock.sleep(random.below(longestSleep)),
    mood() {
      backend.mood = random.pick(moods)
    },
    'expire all': () => backend.expireAll(),
    'end at server'() {
      backend.cookie = undefined
    },
    'sign in': (app) => keep(app, signIn(app, random.pick(['alice', 'bob']))),
    'sign in with a token'(app) {
      events['sign-ins']++
      backend.cookie = 'alice'
      keep(app, app.session.signIn(backend.issue('alice')))
    },
    'wrong password': (app) => keep(app, signIn(app, '')),
    'sign out'(app) {
      events['sign-outs']++
      keep(app, app.session.signOut())
    },
    refresh: (app) => keep(app, app.session.refresh()),
    subscribe(app) {
      events.subscriptions++
      remember(app, habits.subscribe(app))
    },
    attach(app) {
      events.attachments++
      remember(app, habits.attach(app))
    },
    passing: (app) => keep(app, habits.passing(app)),
    second(app) {
      events['sessions created']++
      remember(app, habits.second(app, counted))
    },
    'take back': () => undos.splice(random.below(undos.length), 1)[0]?.undo(),
  }

  return {
    next() {
      const deed = random.weigh(weights)
      const app = random.pick(apps)
      if (app.state === 'running' || fromOutside.includes(deed)) deeds[deed](app)
    },
    call: (app) => void counted(app),
    tidyUp() {
      for (const { undo } of undos) undo()
      undos = []
    },
  }
}
