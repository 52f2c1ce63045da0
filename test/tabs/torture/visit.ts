import { createAxios } from '../../../src/clients/axios.ts'
import { gateOf } from '../../../src/session/gate.ts'
import type { FakeBrowser } from '../../helpers/fake-browser.ts'
import { createFakeTab, type FakeTab, fetchOf, type Opened } from '../../helpers/fake-tab.ts'
import { functionAdapter } from '../../helpers/function-adapter.ts'
import type { Random } from '../../helpers/random.ts'
import { type Tracked, track } from '../../helpers/track.ts'
import { lacks, type Setting } from './plan.ts'

/** One page in one tab, from its opening to its end. */
export interface Visit extends Opened {
  readonly name: string
  readonly tab: FakeTab
  readonly send: ReturnType<typeof fetchOf>
  readonly axios: ReturnType<typeof createAxios>
  readonly controllers: AbortController[]
  readonly promises: Map<string, Tracked<unknown>>
  state: 'running' | 'frozen' | 'cached' | 'gone'
  /** How many calls of `refresh()` are open, and whether the latest refresh was begun for one. */
  asked: number
  /** How many sign-ins are under way: until they are decided, whose session it is nobody knows. */
  signingIn: number
  /** When the first of them was asked for. One that takes long is out of its turn when it goes. */
  signInAt: number
  isWanted: boolean
  /** What the page knows of its user: a name, or undefined while it cannot tell. */
  user: string | undefined
  /** The last turn of events that it has seen its session through. */
  seen: number
  /** Until then it hears what has happened while it was stopped. */
  catchesUpUntil: number
}

export interface VisitParts {
  readonly browser: FakeBrowser
  readonly setting: Setting
  readonly name: string
  readonly dice: () => Random
  readonly createId: () => string
  /** Told of each request before it leaves. */
  readonly departs: (visit: Visit, url: string) => void
}

export function openVisit({ browser, setting, name, dice, createId, departs }: VisitParts): Visit {
  const tab = createFakeTab(browser)
  const { environment } = tab
  const { fetch } = environment
  Object.assign(environment, {
    ...lacks[setting.lack],
    random: () => dice().next(),
    createId,
    fetch(input: RequestInfo | URL, init?: RequestInit) {
      departs(visit, input instanceof Request ? input.url : String(input))
      return fetch(input, init)
    },
  })
  const opened = tab.open({ shareToken: setting.shareToken })
  const visit: Visit = {
    ...opened,
    name,
    tab,
    send: fetchOf(opened),
    axios: createAxios(opened.session, {
      adapter: functionAdapter({ fetch: (input, init) => environment.fetch(input, init) }),
    }),
    controllers: [],
    promises: new Map(),
    state: 'running',
    asked: 0,
    signingIn: 0,
    signInAt: 0,
    isWanted: false,
    user: undefined,
    seen: 0,
    catchesUpUntil: 0,
  }
  return visit
}

export function keep(visit: Visit, what: string, promise: Promise<unknown>): void {
  visit.promises.set(`${what} (${visit.promises.size})`, track(promise))
}

/** The token that a request of this page would be sent with now, null for none; undefined if it would have to wait. */
export const admit = ({ session }: Visit) => gateOf(session).admit()
