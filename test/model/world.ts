import type { SessionEvent } from '../../src/session/events.ts'
import { createHost, type Host } from '../../src/testing/host.ts'
import { createTestClock, type TestClock } from '../../src/testing/test-clock.ts'
import { createRandom } from '../helpers/random.ts'
import { type Backend, createBackend } from './backend.ts'
import type { Deed } from './command.ts'
import type { Call, Page, Token, Truth } from './model.ts'
import type { Pending } from './pending.ts'
import { promises } from './promises.ts'
import { follow } from './promises-of-requests.ts'
import { createServer, type Server } from './server.ts'
import type { Setting } from './setting.ts'
import { lineOf, timeOf } from './story.ts'
import { openVisit, type Visit } from './visit.ts'

/** All that can be noticed, in the moment in which it happens. */
export type Happening =
  /** A request leaves a page. */
  | { readonly type: 'sent'; readonly pending: Pending; readonly call: Call | undefined }
  /** Its answer reaches the browser; without a status it was a failure of the network. */
  | {
      readonly type: 'answered'
      readonly pending: Pending
      readonly call: Call | undefined
      readonly status: number | undefined
    }
  /** A session tells an event; `token` is what it has from now on. */
  | {
      readonly type: 'told'
      readonly visit: Visit
      readonly event: SessionEvent
      readonly token: Token | undefined
    }
  /** The app gets to see this. */
  | { readonly type: 'seen'; readonly what: string; readonly value: unknown }
  | { readonly type: 'called'; readonly call: Call }
  /** A command has been carried out, and all that was ready has run; so many milliseconds have passed. */
  | { readonly type: 'step'; readonly passed: number }
  /** The same, and time enough has passed for everything, with everything well. */
  | { readonly type: 'end'; readonly visits: readonly Visit[] }

/** A promise of the design that has been broken, and how it shows. */
export interface Complaint {
  readonly promise: string
  readonly text: string
}

/** Who has signed in or out, who was refused or granted a refresh, and when: what may end or change a session. */
export interface Turn {
  readonly what: 'sign-in' | 'sign-out' | 'refusal' | 'grant'
  readonly user: string | undefined
  readonly page: Page
  readonly order: number
  readonly at: number
  /** For what takes a while: whether this is its begin or its end. */
  readonly isBegin: boolean
}

export interface World {
  readonly setting: Setting
  readonly clock: TestClock
  readonly host: Host
  readonly truth: Truth
  readonly backend: Backend
  readonly server: Server
  /** All pages there have ever been, and those of the tabs that are open. */
  readonly visits: Visit[]
  readonly places: Map<number, Visit>
  readonly calls: Call[]
  readonly turns: Turn[]
  readonly complaints: Complaint[]
  /** What has been done so far. */
  readonly deeds: Deed[]
  /** Refreshes that have left since the last command, and in all. */
  refreshes: number
  sent: number
  /** When the clocks were last moved by anything but time, and when forward. */
  lastLeap: number
  lastForward: number
  /** When a refresh was last answered after it had been given up. */
  lastLate: number
  /** When a page last came back from the cache, perhaps with the answer of what it had left behind. */
  lastReturn: number
  readonly reported: unknown[]
  /** What has been written to the console. */
  readonly logged: string[]
  order(): number
  nextOrder(): number
  open(place: number): Visit
  notice(happening: Happening): void
  turn(what: Turn['what'], page: Page, user: string | undefined, isBegin?: boolean): void
  /** The wall clock goes on without the other one: the machine sleeps, or somebody sets it. */
  leap(duration: number, isSleep: boolean): void
  say(line: string): void
}

/** As many rounds as what is ready needs: answers are read in one, a page that goes does so in another. */
async function settle(): Promise<void> {
  for (let round = 0; round < 3; round++) await new Promise((resolve) => setImmediate(resolve))
}

export function createWorld(setting: Setting, say: (line: string) => void = () => {}): World {
  const clock = createTestClock(Date.UTC(2026, 0, 1), settle)
  const { next } = createRandom(setting.seed)
  const begin = clock.now().monotonic
  let slept = 0
  let orders = 0
  let sender: readonly [page: Page, isOutside: boolean] | undefined
  const truth: Truth = {
    jar: undefined,
    changedAt: -Infinity,
    isMuddled: false,
    tokens: new Map(),
    now: () => clock.now().monotonic - begin + slept,
  }
  const backend = createBackend(setting, truth, () => ++orders)
  const server = createServer({
    clock,
    backend,
    truth,
    nextOrder: () => ++orders,
    sent(pending) {
      if (pending.kind === 'refresh') {
        world.refreshes++
        world.sent++
      }
      world.notice({ type: 'sent', pending, call: callOf(pending) })
    },
    answered(pending, status, token) {
      const { page, kind, presented } = pending
      const now = clock.now().monotonic
      if (kind === 'refresh' && now - pending.sentAt.monotonic >= 8000) world.lastLate = now
      const isRefused = status === 401 || status === 403
      if (kind === 'refresh' && token) world.turn('grant', page, token.login.user)
      else if (kind === 'refresh' && isRefused) world.turn('refusal', page, presented?.login.user)
      world.notice({ type: 'answered', pending, call: callOf(pending), status })
    },
  })
  if (setting.isBegun) truth.jar = backend.begin('alice')
  const reported: unknown[] = []
  const host = createHost({
    clock,
    cookie: {
      get sr_hint() {
        return setting.setsHint && truth.jar ? `${truth.jar.login.id}.${truth.jar.serial}` : undefined
      },
    },
    origin: 'https://app.test',
    network(input, init, { isThere }) {
      const [page, isOutside] = sender as NonNullable<typeof sender>
      return server.send(page, String(input), init ?? {}, isThere, isOutside)
    },
    reportError: (error) => reported.push(error),
  })
  host.latency = () => 2

  const callOf = ({ kind, url }: Pending) =>
    kind === 'api' ? world.calls.find(({ name }) => url.href.endsWith(name)) : undefined

  const world: World = {
    setting,
    clock,
    host,
    truth,
    backend,
    server,
    visits: [],
    places: new Map(),
    calls: [],
    turns: [],
    complaints: [],
    deeds: [],
    refreshes: 0,
    sent: 0,
    lastLeap: -Infinity,
    lastForward: -Infinity,
    lastLate: -Infinity,
    lastReturn: -Infinity,
    reported,
    logged: [],
    order: () => orders,
    nextOrder: () => ++orders,
    open(place) {
      const known = world.places.get(place)?.tab
      const visit = openVisit({
        world,
        name: `tab ${place}`,
        tab: known?.state === 'running' ? known : undefined,
        random: next,
        createId: () => `id ${++orders}`,
        departs(page, isOutside, url) {
          sender = [page, isOutside]
          if (!isOutside) server.attempt(page, url)
        },
      })
      world.places.set(place, visit)
      world.visits.push(visit)
      return visit
    },
    notice(happening) {
      try {
        look(happening)
      } catch (error) {
        // What is thrown here would reach the library, which takes it for a failure of the network.
        world.complaints.push({ promise: 'The model itself fails', text: String((error as Error).stack) })
      }
    },
    turn(what, page, user, isBegin = false) {
      world.turns.push({ what, page, user, order: world.nextOrder(), at: clock.now().monotonic, isBegin })
    },
    leap(duration, isSleep) {
      if (isSleep) slept += duration
      clock.setWallClock(duration)
      world.lastLeap = clock.now().monotonic
      if (duration > 0) world.lastForward = world.lastLeap
    },
    say,
  }

  function look(happening: Happening): void {
    const line = lineOf(happening, world)
    if (line) say(`${timeOf(clock)}    ${line}`)
    for (const [promise, isBroken] of Object.entries(promises)) {
      const text = isBroken(happening, world)
      if (!text) continue
      world.complaints.push({ promise, text })
      say(`  *** ${promise}: ${text}`)
    }
    follow(happening, world)
  }

  return world
}
