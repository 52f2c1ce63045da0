import type { Tab } from '../browser/engines/engine.ts'
import { type Arena, type ArenaOptions, call } from './arena.ts'
import type { Outcome, Settled } from './page.ts'

export interface Verdict {
  readonly passed: boolean
  /** What has been counted. */
  readonly figure: string
}

export interface Scenario {
  readonly name: string
  /** What a user wants to be so. */
  readonly title: string
  readonly group: string
  readonly options?: Partial<ArenaOptions>
  /** Takes long: it is begun first. */
  readonly isLong?: boolean
  play(arena: Arena): Promise<Verdict>
}

export const items = '/items?n=1'
export const itemCalls = (count: number, path = items) => Array.from({ length: count }, () => ({ path }))

export function count(outcomes: readonly Outcome[], settled: Settled): number {
  return outcomes.filter((outcome) => outcome.settled === settled).length
}

const times = (n: number, one: string) => `${n} ${one}${n === 1 ? '' : one.endsWith('h') ? 'es' : 's'}`

/** The same words for the same things. */
export function tell(
  outcomes: readonly Outcome[],
  refreshes: number | undefined,
  ...more: (string | false | undefined)[]
): string {
  const refused = count(outcomes, 'refused')
  const failed = count(outcomes, 'failed')
  const waiting = count(outcomes, 'waiting')
  return [
    `${count(outcomes, 'answered')} of ${times(outcomes.length, 'call')} answered`,
    refused > 0 && `${refused} met a 401`,
    failed > 0 && `${failed} failed`,
    waiting > 0 && `${waiting} never settled`,
    refreshes !== undefined && times(refreshes, 'refresh'),
    ...more,
  ]
    .filter(Boolean)
    .join(', ')
}

export const areAllAnswered = (outcomes: readonly Outcome[]): boolean =>
  outcomes.every(({ settled }) => settled === 'answered')

/** How often an app was told, since `before`, that nobody is signed in. */
export async function countSignedOut(tabs: readonly Tab[]): Promise<number> {
  const told = await Promise.all(tabs.map((tab) => tab.evaluate(() => contest.signedOut())))
  return told.reduce((sum, one) => sum + one, 0)
}

/** Whether the next call of a user who has done nothing is answered, and he is told nothing else. */
export async function isStillSignedIn(tab: Tab): Promise<boolean> {
  const [outcome] = await call(tab, [{ path: '/me' }])
  return outcome?.settled === 'answered' && (await tab.evaluate(() => contest.isSignedIn()))
}
