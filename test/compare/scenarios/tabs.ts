import { type Arena, fire, pause, settled, untilQuiet } from '../arena.ts'
import {
  areAllAnswered,
  countSignedOut,
  isStillSignedIn,
  itemCalls,
  type Scenario,
  tell,
  type Verdict,
} from '../scenario.ts'

const group = 'Several tabs'

async function together({ tabs, front, outlive }: Arena, isOne: boolean): Promise<Verdict> {
  await outlive()
  // All are at it before the first is done.
  const release = front.holdRefreshes()
  await Promise.all(tabs.map((tab) => fire(tab, 'calls', itemCalls(4))))
  await untilQuiet(front)
  release()
  const outcomes = (await Promise.all(tabs.map((tab) => settled(tab, 'calls')))).flat()
  const refreshes = front.refreshes()
  const signedOut = await countSignedOut(tabs)
  const goOn = await Promise.all(tabs.map(isStillSignedIn))
  const areIn = goOn.filter(Boolean).length
  return {
    passed:
      areAllAnswered(outcomes) && signedOut === 0 && areIn === tabs.length && (!isOne || refreshes === 1),
    figure: tell(outcomes, refreshes, areIn < tabs.length && `${tabs.length - areIn} of 3 tabs signed out`),
  }
}

export const tabs: readonly Scenario[] = [
  {
    name: 'tabs',
    title: 'three tabs at once after expiry: all calls answered',
    group,
    options: { tabs: 3 },
    play: (arena) => together(arena, false),
  },
  {
    name: 'tabs-strict',
    title: 'the same, by one refresh, with a server that takes a refresh token only once',
    group,
    options: { tabs: 3, isStrict: true },
    play: (arena) => together(arena, true),
  },
  {
    name: 'tabs-sign-out',
    title: 'signing out in one tab reaches another',
    group,
    options: { tabs: 2 },
    async play({ tabs: [one, other] }) {
      if (!one || !other) throw new Error('two tabs are needed')
      await one.evaluate(() => contest.signOut())
      let isSignedIn = true
      const end = Date.now() + 3000
      while (isSignedIn && Date.now() < end) {
        isSignedIn = await other.evaluate(() => contest.isSignedIn())
        if (isSignedIn) await pause(50)
      }
      return {
        passed: !isSignedIn,
        figure: isSignedIn ? 'still shown as signed in after 3 s' : 'signed out there, too',
      }
    },
  },
]
