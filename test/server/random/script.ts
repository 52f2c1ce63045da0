import { createRandom, type Random } from '../../helpers/random.ts'

const second = 1000
const minute = 60 * second
const hour = 60 * minute
const day = 24 * hour

/** How long a request takes to the server and its answer back; `null` never arrives. */
export interface Flight {
  there: number | null
  back: number | null
}

/** One thing that happens. Plain data, so that a story can be shortened by leaving some of it out. */
export type Command =
  | { kind: 'refresh' | 'login' | 'logout' | 'logoutAll' | 'changePassword'; who: number; flight: Flight }
  /** An access token is shown to the API: one of those given out, the newest first. */
  | { kind: 'call'; age: number }
  | { kind: 'pass' | 'step'; ms: number }
  | { kind: 'restart' | 'sweep' }
  | { kind: 'steal'; who: number }
  | { kind: 'strike' }

export type Weights = Record<Command['kind'], number>

export interface ScriptRules {
  commands: number
  browsers: number
  /** No flight takes longer, there and back together. */
  longestFlight: number
  /** Which part of the answers is lost. */
  loss: number
  /** Whether pauses are about as long as a grace period, where things meet, or of any length. */
  near: boolean
  weights: Weights
}

/** Nobody steals. */
export const honest: Weights = {
  refresh: 40,
  login: 2,
  logout: 1,
  logoutAll: 0.5,
  changePassword: 0.5,
  call: 10,
  pass: 45,
  step: 2,
  restart: 1,
  sweep: 2,
  steal: 0,
  strike: 0,
}

export const robbed: Weights = { ...honest, steal: 2, strike: 15 }

/** Tabs of one browser, and nothing but refreshes. */
export const rushed: Weights = {
  ...honest,
  login: 0,
  logout: 0,
  logoutAll: 0,
  changePassword: 0,
  call: 0,
}

export function writeScript(seed: number, rules: ScriptRules): Command[] {
  const random = createRandom(seed)
  const script: Command[] = []
  for (let who = 0; who < rules.browsers; who++)
    script.push({ kind: 'login', who, flight: { there: 0, back: 0 } })
  while (script.length < rules.commands) script.push(writeCommand(random, rules))
  return script
}

function writeCommand(random: Random, rules: ScriptRules): Command {
  const kind = random.weigh(rules.weights)
  switch (kind) {
    case 'refresh':
    case 'login':
    case 'logout':
    case 'logoutAll':
    case 'changePassword':
      return { kind, who: random.below(rules.browsers), flight: drawFlight(random, rules) }
    case 'call':
      return { kind, age: random.chance(0.5) ? 0 : random.below(12) }
    case 'pass':
      return { kind, ms: rules.near ? drawNear(random) : drawPause(random) }
    case 'step':
      return { kind, ms: random.pick([-2 * minute, 2 * minute, -minute, 30 * second, 5 * second]) }
    case 'steal':
      return { kind, who: random.below(rules.browsers) }
    default:
      return { kind }
  }
}

function drawFlight(random: Random, { longestFlight, loss }: ScriptRules): Flight {
  const total = random.chance(0.4) ? random.below(50) : random.below(longestFlight + 1)
  const there = Math.min(total, random.chance(0.3) ? total : random.below(total + 1))
  if (random.chance(loss)) return random.chance(0.2) ? { there: null, back: null } : { there, back: null }
  return { there, back: total - there }
}

function drawPause(random: Random): number {
  const longest = random.weigh({ near: 22, minutes: 3, hours: 1, days: 0.4 })
  if (longest === 'minutes') return random.below(20 * minute)
  if (longest === 'hours') return random.below(12 * hour)
  if (longest === 'days') return random.below(9 * day)
  return drawNear(random)
}

function drawNear(random: Random): number {
  // On the edges of a grace period as often as anywhere else.
  if (random.chance(0.1)) return random.pick([9999, 10_000, 10_001])
  return random.below(random.pick([20, 1000, 1000, 10_000, 10_000, 20_000]))
}
