import type { Shelf } from '../server/store/memory-store.ts'

/** What the refresh endpoint does when it is called. */
export const refreshAnswers = ['normal', 'unavailable', 'limited', 'portal', 'hangs', 'cut', 'lost'] as const

export type RefreshAnswer = (typeof refreshAnswers)[number]

/** How the page has asked its backend to behave. All durations in milliseconds. */
export interface Faults {
  refresh: RefreshAnswer
  /** Between the rotation and the answer that tells of it. */
  refreshDelay: number
  tokenLifetime: number
  /** Access tokens issued until then are refused as expired. */
  expiredUntil: number
}

const none: Faults = { refresh: 'normal', refreshDelay: 0, tokenLifetime: 60_000, expiredUntil: 0 }

export interface FaultSwitch {
  read(): Faults
  change(changes: Partial<Faults>): void
}

/** With a shelf the faults outlive a reload and are the same in every tab. */
export function createFaultSwitch(shelf?: Shelf): FaultSwitch {
  let faults = none

  function read(): Faults {
    const saved = shelf?.load()
    return saved ? { ...none, ...readChanges(JSON.parse(saved)) } : faults
  }

  return {
    read,
    change(changes) {
      faults = { ...read(), ...changes }
      shelf?.save(JSON.stringify(faults))
    },
  }
}

/** Takes what it understands and leaves the rest. */
export function readChanges(given: unknown): Partial<Faults> {
  if (typeof given !== 'object' || given === null) return {}
  const changes: Partial<Faults> = {}
  const refresh = refreshAnswers.find((answer) => 'refresh' in given && given.refresh === answer)
  if (refresh) changes.refresh = refresh
  const limits = { refreshDelay: [0, 60_000], tokenLifetime: [1000, 3_600_000], expiredUntil: [0, Infinity] }
  for (const [name, [least = 0, most = 0]] of Object.entries(limits)) {
    const value: unknown = Reflect.get(given, name)
    if (typeof value === 'number' && value >= least && value <= most)
      Object.assign(changes, { [name]: value })
  }
  return changes
}

/** The answer of an endpoint that is out of order; nothing where it is the connection that breaks. */
export function failingAnswer(fault: RefreshAnswer): Response | undefined {
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
