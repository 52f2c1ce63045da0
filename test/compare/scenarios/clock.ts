import type { Arena } from '../arena.ts'
import { call, callTogether, pause } from '../arena.ts'
import { areAllAnswered, itemCalls, items, type Scenario, tell, type Verdict } from '../scenario.ts'

const group = "The client's clock is wrong"
const minute = 60_000

/** Some calls in the life of a token, and some a minute after it. */
async function live({ first, front, outlive }: Arena): Promise<Verdict> {
  const outcomes = []
  for (let index = 0; index < 5; index++) {
    outcomes.push(...(await call(first, [{ path: items }])))
    await pause(100)
  }
  const needless = front.refreshes()
  await outlive()
  outcomes.push(...(await callTogether(first, front, itemCalls(5))))
  const refreshes = front.refreshes()
  return {
    // One more than needed is no loop, nor is one for each call.
    passed: areAllAnswered(outcomes) && needless <= 1 && refreshes - needless <= 5,
    figure: tell(outcomes, refreshes, needless > 0 && `${needless} of them needless`),
  }
}

const scene = (name: string, title: string, skew: number): Scenario => ({
  name,
  title,
  group,
  options: { skew },
  play: live,
})

export const clock: readonly Scenario[] = [
  scene('clock-ahead', 'an hour fast: no loop, no lost call', 60 * minute),
  scene('clock-behind', 'an hour slow: the same', -60 * minute),
  scene('clock-slow', 'two minutes slow: the same', -2 * minute),
]
