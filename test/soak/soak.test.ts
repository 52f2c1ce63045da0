import { describe, expect, it, onTestFinished } from 'vitest'
import { type App, createHabits } from './app.ts'
import { createDays } from './deeds.ts'
import { createHousehold, type LifePlan } from './household.ts'
import { countHeld, pose } from './life.ts'

const minute = 60_000
const usual = { seed: 1, lack: 'nothing', setsHint: true, shareToken: true } as const

/** What there is without any session: the page that stands for a real one listens to the simulated one in two ways. */
const nothing = {
  'timers pending': 0,
  'timers of the page': 0,
  'listeners of window and document': 0,
  'listeners of all pages': 2,
  'Web Locks held or waited for': 0,
  'BroadcastChannels open': 0,
  'requests and calls open': 0,
  interceptors: 0,
}

/** Days of a browser that has just been opened; its globals are taken back when the test ends. */
function begin(plan: Partial<LifePlan> = {}) {
  const household = createHousehold({ ...usual, ...plan })
  onTestFinished(() => household.end())
  const days = createDays(household)
  const { clock, random } = household

  async function liveFor(duration: number): Promise<void> {
    const end = clock.now().monotonic + duration
    while (clock.now().monotonic < end) {
      days.next()
      await clock.advance(random.pick([0, 5, 50, 500, 2000, 5000]))
    }
  }

  return { ...household, household, days, liveFor }
}

describe('a session in a page', () => {
  it.each([
    ['a browser that has everything', {}],
    ['plain http, without Web Locks', { lack: 'locks', seed: 2 }],
    ['a browser without channels', { lack: 'channel', seed: 3 }],
    ['tabs that can share nothing', { lack: 'everything', seed: 4 }],
  ] as const)('holds the same after everything that can happen as before: %s', async (_, plan) => {
    const { household, days, liveFor, errors } = begin(plan)
    await liveFor(minute)
    await pose(household, days)
    const before = countHeld(household)
    await liveFor(20 * minute)
    await pose(household, days)
    expect(countHeld(household)).toEqual(before)
    expect(errors).toEqual([])
  })

  it.each([5, 6, 7])(
    'leaves nothing when it is disposed of in the middle of it all (life %i)',
    async (seed) => {
      const { household, days, liveFor, apps, clock, comeBack } = begin({ seed })
      await liveFor(5 * minute)
      days.tidyUp()
      for (const { session } of apps) session.dispose()
      for (const app of apps) comeBack(app)
      await clock.advance(minute)
      expect(countHeld(household)).toEqual(nothing)
    },
  )
})

const times = 40

describe('one session of many years', () => {
  type Doing = (app: App, world: ReturnType<typeof begin>) => unknown

  const doings: Record<string, Doing> = {
    calls: (app, { days }) => days.call(app),
    'calls that wait': (app, { days, clock }) => {
      // Their token expires meanwhile.
      clock.sleep(minute)
      for (let made = 0; made < 3; made++) days.call(app)
    },
    refreshes: ({ session }) => session.refresh(),
    'refreshes that fail': ({ session }, { backend }) => {
      backend.mood = 'broken'
      session.refresh().catch(() => {})
    },
    'sign-ins': (app, { signIn }) => signIn(app, 'bob'),
    'sign-outs': ({ session }) => session.signOut(),
    'subscriptions taken back': (app, world) => createHabits(world).subscribe(app)(),
    'attachments undone': (app, world) => createHabits(world).attach(app)(),
    'sessions disposed of': (app, world) => createHabits(world).second(app, async () => {})(),
    'times out of sight': ({ tab }) => {
      tab.page.send('hide')
      tab.page.send('wake')
    },
    'journeys to other pages and back': ({ tab }) => {
      tab.cache()
      tab.restore()
    },
  }

  it.each(Object.keys(doings))('does not hold more for its number of %s', async (what) => {
    const world = begin()
    const { household, days, main, clock, abortListeners } = world
    await pose(household, days)
    const held = () => ({
      ...countHeld(household),
      'listeners of the signal given to all calls': abortListeners.on(main.forever.signal),
      stored: [...household.host.stored.keys()].length,
    })
    const before = held()
    for (let time = 0; time < times; time++) {
      void doings[what]?.(main, world)
      await clock.advance(200)
    }
    await pose(household, days)
    expect(held()).toEqual(before)
  })
})
