import type { Environment } from '../../../src/session/environment.ts'
import type { Rotation } from '../../helpers/cookie-ledger.ts'
import { createRandom } from '../../helpers/random.ts'

/** What a browser may lack. */
export const lacks = {
  nothing: {},
  locks: { locks: undefined },
  channel: { openChannel: undefined },
  storage: { storage: undefined },
  'locks and channel': { locks: undefined, openChannel: undefined },
  'locks and storage': { locks: undefined, storage: undefined },
  everything: { locks: undefined, storage: undefined, openChannel: undefined },
} satisfies Record<string, Partial<Environment>>

export type Lack = keyof typeof lacks

/** The world of one life: what does not change in it. */
export interface Setting {
  readonly places: number
  readonly rotation: Exclude<Rotation, 'none'>
  readonly lack: Lack
  readonly setsHint: boolean
  readonly shareToken: boolean
  readonly lifetime: number
  readonly refreshDelay: number
  readonly delay: number
  readonly cookie: string | undefined
  /**
   * Whether pages go away in the middle of things. Who comes after them waits three seconds for their calls, so then no answer of the
   * server takes longer.
   */
  readonly isRestless: boolean
  /** Whether processes are stopped for a while. */
  readonly canFreeze: boolean
}

const weights = {
  request: 12,
  'axios request': 5,
  'other SDK': 3,
  abort: 3,
  'get token': 3,
  refresh: 4,
  'log in': 4,
  'log in elsewhere': 1,
  'wrong password': 2,
  'sign in with a token': 1,
  'sign out': 3,
  reload: 5,
  close: 3,
  crash: 2,
  cache: 4,
  restore: 6,
  evict: 1,
  freeze: 2,
  thaw: 6,
  hide: 3,
  show: 5,
  'expire all': 3,
  'end at server': 0.3,
  sleep: 2,
  'set clock': 1.5,
  offline: 1,
  online: 3,
  weather: 5,
  latency: 2,
} as const

export type Deed = keyof typeof weights

export interface Step {
  readonly deed: Deed
  readonly place: number
  /** Of all chance from this step to the next: so that the others stay the same when one is left out. */
  readonly seed: number
  readonly pause: number
}

export interface Plan {
  readonly seed: number
  readonly setting: Setting
  readonly steps: readonly Step[]
}

const restless: readonly Deed[] = ['reload', 'close', 'crash', 'cache', 'restore', 'evict']
const freezing: readonly Deed[] = ['freeze', 'thaw']

const length = 60

/** One life, from its seed. */
export function makePlan(seed: number): Plan {
  const random = createRandom(seed)
  const { below, chance, pick, weigh } = random
  const isStrict = chance(0.35)
  const lack = isStrict
    ? weigh<Lack>({ nothing: 4, channel: 1 } as Record<Lack, number>)
    : weigh<Lack>({
        nothing: 8,
        locks: 2,
        channel: 2,
        storage: 1,
        'locks and channel': 1,
        'locks and storage': 1,
        everything: 1,
      })
  const setting: Setting = {
    places: 1 + below(8),
    // Without locks calls meet now and then, and only a period of grace helps.
    rotation: isStrict ? 'strict' : 'locks' in lacks[lack] ? 'grace' : 'tolerant',
    lack,
    setsHint: chance(0.7),
    shareToken: chance(0.8),
    lifetime: pick([6000, 30_000, 60_000, 300_000]),
    refreshDelay: pick([5, 50, 50, 800]),
    delay: pick([10, 200]),
    cookie: pick(['alice', 'alice', 'alice', undefined]),
    isRestless: chance(0.7),
    canFreeze: chance(0.4),
  }
  const own: Record<Deed, number> = { ...weights }
  if (!setting.isRestless) for (const deed of restless) own[deed] = 0
  if (!setting.canFreeze) for (const deed of freezing) own[deed] = 0
  const steps = Array.from({ length }, () => ({
    deed: weigh(own),
    place: below(setting.places),
    seed: below(2 ** 31),
    pause: pick([0, 0, 1, 5, 20, 60, 200, 1000, 3000, 3000, 20_000]),
  }))
  return { seed, setting, steps }
}
