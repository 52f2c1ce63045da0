import type { Shelf } from '../server/store/memory-store.ts'

/** What the refresh endpoint does when it is called. */
const refreshAnswers = [
  'normal',
  'broken',
  'unavailable',
  'limited',
  'portal',
  'hangs',
  'cut',
  'lost',
] as const

type RefreshAnswer = (typeof refreshAnswers)[number]

/** How the page has asked its backend to behave. All durations in milliseconds. */
export interface Faults {
  refresh: RefreshAnswer
  /** How many calls `refresh` applies to; 0 is for ever. */
  refreshTimes: number
  /** Between the rotation and the answer that tells of it. */
  refreshDelay: number
  tokenLifetime: number
  /** Access tokens issued until then are refused as expired. */
  expiredUntil: number
  /** How far the server's clock is ahead, or behind. */
  clockOffset: number
  /** How long the server forgives a spent refresh token. */
  gracePeriod: number
  /** It forgives none. */
  strict: boolean
  /** All connections of the app break; what steers the demo goes on. */
  offline: boolean
}

const none: Faults = {
  refresh: 'normal',
  refreshTimes: 0,
  refreshDelay: 0,
  tokenLifetime: 60_000,
  expiredUntil: 0,
  clockOffset: 0,
  gracePeriod: 10_000,
  strict: false,
  offline: false,
}

const minute = 60_000

/** Least and most. */
const limits: Record<string, readonly [number, number]> = {
  refreshTimes: [0, 100],
  refreshDelay: [0, minute],
  tokenLifetime: [1000, 60 * minute],
  expiredUntil: [0, Infinity],
  clockOffset: [-5 * minute, 5 * minute],
  gracePeriod: [0, minute],
}

export interface FaultSwitch {
  read(): Faults
  /** Reads what applies to one refresh call, and counts it. */
  take(): Faults
  change(changes: Partial<Faults>): void
}

/** With a shelf the faults outlive a reload and are the same in every tab. */
export function createFaultSwitch(shelf?: Shelf): FaultSwitch {
  let faults = none

  function read(): Faults {
    const saved = shelf?.load()
    return saved ? { ...none, ...readChanges(JSON.parse(saved)) } : faults
  }

  function change(changes: Partial<Faults>): void {
    faults = { ...read(), ...changes }
    shelf?.save(JSON.stringify(faults))
  }

  return {
    read,
    change,
    take() {
      const taken = read()
      const { refreshTimes } = taken
      if (taken.refresh === 'normal' || refreshTimes === 0) return taken
      change(refreshTimes === 1 ? { refresh: 'normal', refreshTimes: 0 } : { refreshTimes: refreshTimes - 1 })
      return taken
    },
  }
}

/** Takes what it understands and leaves the rest. */
export function readChanges(given: unknown): Partial<Faults> {
  if (typeof given !== 'object' || given === null) return {}
  const changes: Partial<Faults> = {}
  const refresh = refreshAnswers.find((answer) => 'refresh' in given && given.refresh === answer)
  if (refresh) changes.refresh = refresh
  for (const [name, [least, most]] of Object.entries(limits)) {
    const value: unknown = Reflect.get(given, name)
    if (typeof value === 'number' && value >= least && value <= most)
      Object.assign(changes, { [name]: value })
  }
  for (const name of ['strict', 'offline'] as const) {
    const value: unknown = Reflect.get(given, name)
    if (typeof value === 'boolean') changes[name] = value
  }
  return changes
}

/** The answer of an endpoint that is out of order; nothing where it is the connection that breaks. */
export function failingAnswer(fault: RefreshAnswer): Response | undefined {
  if (fault === 'broken') return problem(500, 'Told to fail')
  if (fault === 'unavailable') return problem(503, 'Told to be out of order')
  if (fault === 'limited') return problem(429, 'Told to ask for patience', { 'retry-after': '5' })
  if (fault === 'portal') {
    const page = '<!doctype html><title>Hotel Wi-Fi</title><p>Please accept our terms of use.</p>'
    return new Response(page, { headers: { 'content-type': 'text/html', 'cache-control': 'no-store' } })
  }
  return undefined
}

function problem(status: number, title: string, headers: Record<string, string> = {}): Response {
  return new Response(JSON.stringify({ title, status, code: 'told_to_fail' }), {
    status,
    headers: { 'content-type': 'application/problem+json', 'cache-control': 'no-store', ...headers },
  })
}
