import fc from 'fast-check'
import type { Deed } from './command.ts'
import type { Page } from './model.ts'
import type { Visit } from './visit.ts'
import type { World } from './world.ts'

export const places = fc.integer({ min: 1, max: 3 })

type State = Page['state'] | 'none'

const stateOf = (world: World, place: number): State => world.places.get(place)?.page.state ?? 'none'

/** Something that one tab does, or that happens to it, in one of these states. */
export function inTab(
  place: number,
  what: string,
  states: readonly State[],
  run: (visit: Visit, world: World) => void,
): Deed {
  return {
    text: `tab ${place} ${what}`,
    can: (world) => states.includes(stateOf(world, place)),
    run: (world) => run(world.places.get(place) as Visit, world),
  }
}

/** Something that somebody does in a page. */
export const inPage = (place: number, what: string, run: (visit: Visit, world: World) => void): Deed =>
  inTab(place, what, ['running'], run)

const there = ['running', 'frozen', 'cached', 'disposed'] as const

/** The page goes for good; requests with keepalive go on without it. */
async function goes({ page, tab }: Visit, world: World, place: number, isKilled: boolean): Promise<void> {
  world.places.delete(place)
  // What is stopped is not told.
  const isCrash = isKilled || page.state === 'frozen' || page.state === 'cached'
  page.isLeaving = !isCrash
  for (const visit of world.visits) if (visit.tab === tab) world.server.leave(visit.page)
  if (isCrash) page.state = 'gone'
  if (isCrash) tab.crash()
  else tab.close()
  while (tab.state !== 'gone') await new Promise((resolve) => setImmediate(resolve))
  await world.clock.advance(0)
  page.isLeaving = false
  for (const visit of world.visits) if (visit.tab === tab) visit.page.state = 'gone'
}

/** The page goes on: out of the cache, or where it was stopped. */
export function comeBack({ page, tab }: Visit, world: World): void {
  const now = world.clock.now().monotonic
  if (page.state === 'cached') world.lastReturn = now
  // Until it has looked, its token may be somebody else's.
  if (page.state === 'cached' && page.token) page.refused.add(page.token)
  if (page.state === 'cached') tab.restore()
  else if (page.state === 'frozen') tab.thaw()
  page.state = 'running'
  page.lateUntil = now + 1000
  // What it was answered meanwhile it sees only now.
  for (const call of world.calls)
    if (call.page === page && call.waitsSince !== undefined) call.waitsSince = now
}

const deeds: Record<string, (place: number) => Deed> = {
  open: (place) => ({
    text: `tab ${place} is opened`,
    can: (world) => stateOf(world, place) === 'none',
    run: (world) => void world.open(place),
  }),
  close: (place) => ({
    text: `tab ${place} is closed`,
    can: (world) => there.some((state) => state === stateOf(world, place)),
    run: (world) => goes(world.places.get(place) as Visit, world, place, false),
  }),
  crash: (place) => ({
    text: `tab ${place} crashes`,
    can: (world) => there.some((state) => state === stateOf(world, place)),
    run: (world) => goes(world.places.get(place) as Visit, world, place, true),
  }),
  reload: (place) => ({
    text: `tab ${place} is reloaded`,
    can: (world) => stateOf(world, place) === 'running',
    async run(world) {
      await goes(world.places.get(place) as Visit, world, place, false)
      world.open(place)
    },
  }),
  hide: (place) =>
    inPage(place, 'is hidden', ({ tab }) => {
      tab.page.isVisible = false
      tab.page.send('hide')
    }),
  show: (place) =>
    inPage(place, 'is shown', ({ tab }) => {
      tab.page.isVisible = true
      tab.page.send('wake')
    }),
  freeze: (place) =>
    inPage(place, 'is stopped', ({ tab, page }) => {
      page.state = 'frozen'
      tab.freeze()
    }),
  thaw: (place) => inTab(place, 'goes on', ['frozen'], comeBack),
  cache: (place) => ({
    text: `tab ${place} goes into the back/forward cache`,
    can: (world) => stateOf(world, place) === 'running',
    async run(world) {
      const { page, tab } = world.places.get(place) as Visit
      page.isLeaving = true
      world.server.leave(page)
      tab.cache()
      await world.clock.advance(0)
      page.isLeaving = false
      page.state = 'cached'
    },
  }),
  restore: (place) => inTab(place, 'comes back from the back/forward cache', ['cached'], comeBack),
  dispose: (place) =>
    inPage(place, 'disposes of its session', ({ session, page }, world) => {
      world.server.leave(page)
      page.state = 'disposed'
      session.dispose()
    }),
  'create again': (place) =>
    inTab(place, 'creates another session', ['disposed'], (_, world) => void world.open(place)),
}

const weights: Record<keyof typeof deeds, number> = {
  open: 8,
  close: 3,
  crash: 2,
  reload: 4,
  hide: 2,
  show: 3,
  freeze: 2,
  thaw: 4,
  cache: 2,
  restore: 4,
  dispose: 1,
  'create again': 3,
}

/** What becomes of tabs. */
export const tabDeeds = fc.oneof(
  ...Object.entries(deeds).map(([name, make]) => ({
    weight: weights[name] as number,
    arbitrary: places.map(make),
  })),
)
