import { setOffline } from '../../src/testing/host.ts'
import type { App } from './app.ts'
import { createDays, type Days } from './deeds.ts'
import type { Checkpoint } from './growth.ts'
import { createHousehold, type Household, type LifePlan } from './household.ts'
import { collectGarbage } from './remains.ts'

const minute = 60_000
const hour = 60 * minute

export interface LifeReport {
  readonly title: string
  readonly hours: number
  readonly points: readonly Checkpoint[]
  /** What nobody caught, and what else went wrong. */
  readonly errors: readonly string[]
}

/** The tabs of the pose in which everything is counted. */
const posing = 3
/** Until they have come to rest, and how long that has to last, in tenths of a second. */
const longestWait = 1000
const restful = 10

const openCalls = ({ apps }: Household) => apps.reduce((sum, { open }) => sum + open, 0)

function isAtRest(household: Household): boolean {
  const { backend, host, apps } = household
  const areDone = apps.every(({ session }) => {
    const { status, stale, refreshing } = session.getSnapshot()
    return status === 'authenticated' && !stale && !refreshing
  })
  return areDone && openCalls(household) + backend.underWay + host.locks.size === 0
}

/** The same for every count: so many tabs, in sight, of one user, with a token that has just been refreshed. */
export async function pose(household: Household, days: Days): Promise<void> {
  const { backend, host, clock, apps, main } = household
  const { comeBack, leave, openTab, show, signIn, keep } = household
  backend.mood = 'fair'
  setOffline(host, false)
  days.tidyUp()
  for (const app of apps) comeBack(app)
  while (apps.length > posing) leave(apps.at(-1) as App, 'close')
  while (apps.length < posing) openTab()
  for (const app of apps) show(app)
  await clock.advance(2 * minute)
  keep(main, signIn(main, 'alice'))
  await clock.advance(minute)
  // Where tabs cannot hear of each other.
  const strangers = apps.filter(({ session }) => session.getSnapshot().status !== 'authenticated')
  for (const app of strangers) keep(app, signIn(app, 'alice'))
  await clock.advance(minute)
  const { refreshes } = backend
  // Long enough for what one tab has told the others to arrive. Tabs that share no token refresh each in its own time.
  for (let rest = 0, step = 0; rest < restful; step++) {
    if (step === longestWait) {
      household.errors.push(`It does not come to rest: ${JSON.stringify(countHeld(household))}`)
      break
    }
    await clock.advance(100)
    rest = isAtRest(household) && backend.refreshes > refreshes ? rest + 1 : 0
  }
}

function handlersOf({ interceptors }: App['existing']): number {
  const { handlers } = interceptors.request as unknown as { handlers: readonly unknown[] }
  return handlers.filter(Boolean).length
}

/** What there are as many of in each pose. */
export function countHeld(household: Household): Record<string, number> {
  const { clock, globals, apps, host, backend, main } = household
  const sum = (count: (app: App) => number) => apps.reduce((total, app) => total + count(app), 0)
  return {
    'timers pending': clock.timers,
    'timers of the page': globals.timers,
    'listeners of window and document': globals.listeners,
    'listeners of all pages': sum(({ tab }) => tab.page.listeners + tab.watchers),
    'Web Locks held or waited for': host.locks.size,
    'BroadcastChannels open': sum(({ tab }) => tab.channels),
    'requests and calls open': backend.underWay + openCalls(household),
    interceptors: handlersOf(main.existing),
  }
}

async function takeCount(household: Household, days: Days, start: number): Promise<Checkpoint> {
  const { host, clock, backend, events, remains, abortListeners } = household
  await pose(household, days)
  // Only this project's own tests read them.
  host.messages.length = 0
  await collectGarbage()
  const held = countHeld(household)
  const stored = [...host.stored]
  return {
    at: clock.now().monotonic - start,
    events: { ...events, refreshes: backend.refreshes },
    counts: {
      ...held,
      // Of a tab that has crashed one may stay for a while.
      'keys in localStorage': stored.length,
      // Names are drawn by lot, and numbers get longer as they get higher.
      'characters in localStorage': stored.join().replace(/\w*\d\w*/g, '0').length,
      'listeners of abort signals': abortListeners.count(),
      ...remains.count(),
    },
    exact: Object.keys(held),
    bytes: { 'the heap': process.memoryUsage().heapUsed },
  }
}

const pauses = [0, 5, 50, 500, 2000, 5000, 10_000] as const

/** Lives it, counts at the checkpoints, and leaves no trace in the process. */
export async function live(plan: LifePlan): Promise<LifeReport> {
  const household = createHousehold(plan)
  const days = createDays(household)
  const { clock, random, errors } = household

  async function liveOn(end: number): Promise<void> {
    while (clock.now().monotonic < end) {
      days.next()
      await clock.advance(random.pick(pauses))
    }
  }

  try {
    const points: Checkpoint[] = []
    // Everything has been done by then that is done once, and remembered.
    for (const part of [0.5, 1, 1.5]) {
      await liveOn(part * hour)
      await takeCount(household, days, 0)
    }
    const start = clock.now().monotonic
    for (let number = 0; number < plan.checkpoints; number++) {
      if (number > 0) await liveOn(start + (number * plan.hours * hour) / (plan.checkpoints - 1))
      points.push(await takeCount(household, days, start))
    }
    return { title: plan.title, hours: plan.hours, points, errors }
  } finally {
    household.end()
  }
}
