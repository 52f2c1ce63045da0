import { type AxiosAdapter, AxiosError, type AxiosInstance } from 'axios'
import { createAxios } from '../../src/clients/axios.ts'
import { createFetch, type SilentFetch } from '../../src/clients/fetch.ts'
import type { Environment } from '../../src/session/environment.ts'
import type { SessionEvent } from '../../src/session/events.ts'
import { gateOf } from '../../src/session/gate.ts'
import { createLiveSession } from '../../src/session/live-session.ts'
import type { Session } from '../../src/session/session.ts'
import { createTab, type Tab } from '../../src/testing/tab.ts'
import { functionAdapter } from '../helpers/function-adapter.ts'
import { type Tracked, track } from '../helpers/track.ts'
import { type Page, type Token, userOf } from './model.ts'
import type { World } from './world.ts'

/** One page in one tab: the real session, its clients, and what the model knows of it. */
export interface Visit {
  readonly page: Page
  readonly tab: Tab
  readonly session: Session
  readonly fetch: SilentFetch
  readonly axios: AxiosInstance
  /** The page's own `fetch`, which knows nothing of the session. */
  readonly plainFetch: Environment['fetch']
  /** What has been promised to the app, and since when; `bound` says how long it may take in the worst case. */
  readonly promises: { what: string; since: number; bound: number; result: Tracked<unknown> }[]
}

export interface VisitParts {
  readonly world: World
  readonly name: string
  /** Undefined for a new one. */
  readonly tab: Tab | undefined
  readonly random: () => number
  readonly createId: () => string
  /** Told who sends the request that leaves now. */
  readonly departs: (page: Page, isOutside: boolean, url: string) => void
}

export function openVisit({ world, name, tab: given, random, createId, departs }: VisitParts): Visit {
  const { clock, host, setting } = world
  const tab = given ?? createTab(host)
  const fetchAs =
    (isOutside: boolean): Environment['fetch'] =>
    (input, init) => {
      // What is gone sends nothing more.
      if (tab.state === 'gone') return new Promise(() => {})
      departs(page, isOutside, String(input))
      return tab.environment.fetch(input, init)
    }
  const environment = { ...tab.environment, random, createId: nextId, fetch: fetchAs(false) }
  let id: string | undefined
  function nextId(): string {
    const created = createId()
    // The first is the name by which the other tabs know it.
    id ??= created
    return created
  }
  const { shareToken } = setting
  const session = createLiveSession(
    { refresh: '/auth/refresh', signOut: '/auth/logout', origins: ['https://api.test'], shareToken },
    environment,
  )
  const page: Page = {
    name,
    id: id ?? '',
    state: 'running',
    snapshot: session.getSnapshot,
    user: undefined,
    token: undefined,
    isAdopted: false,
    heldSince: 0,
    refused: new Set(),
    epoch: world.order(),
    signingIn: 0,
    asking: 0,
    endedAs: undefined,
    wants: '',
    wantsSince: 0,
    leftAt: undefined,
    isWanted: false,
    isInDoubt: false,
    isLeaving: false,
    lateUntil: clock.now().monotonic,
  }
  const visit: Visit = {
    page,
    tab,
    session,
    fetch: createFetch(session),
    axios: createAxios(session, { adapter: withTimeout(environment) }),
    plainFetch: fetchAs(true),
    promises: [],
  }
  visit.axios.interceptors.request.use((config) => {
    for (const call of world.calls) if (call.name === config.url) call.intercepted++
    return config
  })

  function tokenHeld(): Token | undefined {
    return world.truth.tokens.get(gateOf(session).admit()?.value ?? '')
  }

  function hear(event: SessionEvent): void {
    const { type } = event
    const isToken = type === 'refreshed' || type === 'adopted' || type === 'signed-in'
    const token = isToken ? tokenHeld() : undefined
    world.notice({ type: 'told', visit, event, token })
    if (type === 'refresh-started') {
      page.wants = event.reason
      if (event.reason === 'verify') page.isInDoubt = true
      page.wantsSince = clock.now().monotonic
      page.leftAt = undefined
      page.isWanted = page.asking > 0
    }
    if (isToken) {
      page.token = token
      page.isInDoubt = false
      page.endedAs = undefined
      page.isAdopted = type === 'adopted' || (type === 'signed-in' && event.elsewhere === true)
      page.heldSince = clock.now().monotonic
      if (type === 'signed-in') page.epoch = world.nextOrder()
      page.user = token || type === 'signed-in' ? userOf(token) : page.user
    }
    if (type === 'ended') {
      page.token = undefined
      page.user = null
      page.endedAs = event.reason
      page.epoch = world.nextOrder()
    }
  }

  session.subscribe((event) => {
    if (page.state !== 'gone' && page.state !== 'disposed') hear(event)
  })
  keep(world, visit, 'ready()', session.ready(), Infinity)
  return visit
}

/** Follows what has been promised, and looks at what becomes of it. */
export function keep<T>(
  world: World,
  { page, promises }: Visit,
  what: string,
  promise: Promise<T>,
  bound: number,
): Tracked<T> {
  const result = track(promise)
  promises.push({ what: `${page.name}: ${what}`, since: world.clock.now().monotonic, bound, result })
  promise.catch((error: unknown) =>
    world.notice({ type: 'seen', what: `the error of ${what}`, value: error }),
  )
  return result
}

/** The adapter of an app, with timeouts by the clock of the page. */
function withTimeout({ fetch, clock }: Environment): AxiosAdapter {
  const wire = functionAdapter({ fetch: (input, init) => fetch(input, init) })
  return (config) => {
    const { timeout } = config
    if (!timeout) return wire(config)
    return new Promise((resolve, reject) => {
      const stopTimer = clock.startTimer(() => {
        const text = config.timeoutErrorMessage || `timeout of ${timeout}ms exceeded`
        reject(new AxiosError(text, AxiosError.ECONNABORTED, config))
      }, timeout)
      wire(config).then(resolve, reject).finally(stopTimer)
    })
  }
}
