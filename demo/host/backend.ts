import { seedUsers } from '../server/seed.ts'
import type { Cookies } from '../server/session/cookies.ts'
import { loadKeys } from '../server/session/keys.ts'
import type { PasswordHasher } from '../server/session/passwords.ts'
import type { Settings } from '../server/settings.ts'
import type { Shelf } from '../server/store/memory-store.ts'
import type { Store } from '../server/store/store.ts'
import { createFaultSwitch } from './faults.ts'
import { createLanes } from './lanes.ts'
import { createStage } from './stage.ts'
import { createSteering } from './steering.ts'
import { createTally, type TallyShelf } from './tally.ts'

export interface DemoBackendOptions {
  store: Store
  passwords: PasswordHasher
  settings?: Partial<Settings>
  /** Where the faults outlive a reload. @default nowhere */
  faultShelf?: Shelf
  /** Where several tabs, each with a backend of its own, add up what they have counted. @default nowhere */
  tallyShelf?: TallyShelf
  /** Runs one call of the app after another, where several tabs share the store. @default at once */
  inTurn?: <T>(work: () => Promise<T>) => Promise<T>
}

/** `null` in place of an answer: the connection is to break. */
export type DemoBackend = (request: Request, cookies: Cookies) => Promise<Response | null>

/** The paths that are the backend's; all others are files. */
export const backendPaths = /^\/(auth|api|\.well-known|demo|lanes)\//

/** The reference backend, and around it what the buttons of the page can break: the same in both hosts. */
export async function createDemoBackend(options: DemoBackendOptions): Promise<DemoBackend> {
  const { store, passwords, settings, faultShelf, tallyShelf, inTurn = (work) => work() } = options
  const keys = await inTurn(async () => {
    await seedUsers(store, passwords)
    return loadKeys(store)
  })
  const common = { store, keys, passwords, settings, inTurn }
  const main = createStage({
    ...common,
    faults: createFaultSwitch(faultShelf),
    tally: createTally(tallyShelf),
  })
  const findLane = createLanes(() =>
    createStage({ ...common, faults: createFaultSwitch(), tally: createTally() }),
  )
  const steer = createSteering(store, inTurn)

  return async (request, cookies) => {
    const lane = (await findLane(request, cookies)) ?? { stage: main, request, cookies }
    const { pathname } = new URL(lane.request.url)
    const isOrder = pathname.startsWith('/demo/')
    return isOrder
      ? steer(lane.stage, lane.request, lane.cookies)
      : lane.stage.answer(lane.request, lane.cookies)
  }
}
