import { isAxiosError } from 'axios'
import { steer } from '../page/backend.ts'
import { people } from '../page/people.ts'
import type { ContestantTab, Enter } from './contestant.ts'
import type { Scenario } from './scenarios.ts'

/** What can be counted, from the callers' side and from the backend's. */
export interface Result {
  refreshes: number
  answered: number
  /** Calls that ended with a 401. */
  seen: number
  /** Calls that ended otherwise, or not within the patience of any user. */
  lost: number
  isSignedIn: boolean
}

const refreshTakes = 300
const patience = 25_000

/** One contestant lives through the scenario, against a backend of its own. */
export async function run(scenario: Scenario, enter: Enter, lane: string): Promise<Result> {
  const base = `/lanes/${lane}`
  const backend = steer(base)
  const contestant = enter(base)
  const [user] = people
  if (!user) throw new Error('nobody can sign in')
  const tabs = [await contestant.signIn(user.email, user.password)]
  try {
    while (tabs.length < scenario.tabs) tabs.push(await contestant.openTab())
    await backend.change({ refreshDelay: refreshTakes, ...scenario.faults })
    const before = (await backend.expireTokens()).counts.refreshes
    const reached = async () => (await backend.state()).counts.refreshes > before

    const calls = Array.from({ length: scenario.calls }, (_, index) => {
      const tab = tabs[index % tabs.length] as ContestantTab
      const isLate = scenario.isLate && index > 0
      return settle(tab.get(`/items?n=1&call=${lane}-${index}${isLate ? '&late' : ''}`))
    })
    if (scenario.signsOut) {
      while (!(await reached())) await pause(20)
      await tabs[0]?.signOut()
    }
    const outcomes = await Promise.all(calls)
    // The late answer of the refresh may come to nobody any more, and change things all the same.
    if (scenario.signsOut) await pause(refreshTakes)
    const count = (outcome: Outcome) => outcomes.filter((one) => one === outcome).length
    return {
      refreshes: (await backend.state()).counts.refreshes - before,
      answered: count('answered'),
      seen: count('seen'),
      lost: count('lost'),
      isSignedIn: tabs.some((tab) => tab.isSignedIn()),
    }
  } finally {
    for (const tab of tabs) tab.close()
  }
}

type Outcome = 'answered' | 'seen' | 'lost'

function settle(call: Promise<unknown>): Promise<Outcome> {
  const met = call.then(
    (): Outcome => 'answered',
    (error): Outcome => (isAxiosError(error) && error.response?.status === 401 ? 'seen' : 'lost'),
  )
  return Promise.race([met, pause(patience).then((): Outcome => 'lost')])
}

function pause(duration: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, duration))
}
