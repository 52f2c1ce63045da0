import type { Arena } from '../arena.ts'
import { call, callTogether, fire, pause, settled, until } from '../arena.ts'
import type { Trouble } from '../front.ts'
import {
  count,
  countSignedOut,
  isStillSignedIn,
  itemCalls,
  type Scenario,
  tell,
  type Verdict,
} from '../scenario.ts'

const group = 'The refresh fails'

/** A user tries again; he does not wait for ever. */
const goOnWithin = 10_000

/** Five calls meet a refresh that fails once; then the user goes on. */
async function surviveOnce({ first, front, outlive }: Arena, trouble: Trouble): Promise<Verdict> {
  await outlive()
  front.trouble(trouble, 1)
  const outcomes = await callTogether(first, front, itemCalls(5))
  const refreshes = front.refreshes()
  const signedOut = await countSignedOut([first])
  const started = Date.now()
  let goesOn = await isStillSignedIn(first)
  while (!goesOn && Date.now() - started < goOnWithin) {
    await pause(500)
    goesOn = await isStillSignedIn(first)
  }
  return {
    passed: signedOut === 0 && goesOn && count(outcomes, 'waiting') === 0,
    figure: tell(
      outcomes,
      refreshes,
      signedOut > 0 && 'signed out',
      goesOn ? 'works afterwards' : 'does not work afterwards',
    ),
  }
}

const portal = '<!doctype html><title>Hotel Wi-Fi</title><p>Please accept our terms of use.</p>'

export const trouble: readonly Scenario[] = [
  {
    name: 'unavailable',
    title: '503, once: nobody is signed out, and it works afterwards',
    group,
    play: (arena) => surviveOnce(arena, { kind: 'status', status: 503 }),
  },
  {
    name: 'limited',
    title: '429, once: the same',
    group,
    play: (arena) => surviveOnce(arena, { kind: 'status', status: 429 }),
  },
  {
    name: 'portal',
    title: "a hotel Wi-Fi's web page with status 200, once: the same",
    group,
    play: (arena) => surviveOnce(arena, { kind: 'status', status: 200, body: portal }),
  },
  {
    name: 'lost',
    title: 'the server has rotated, and its answer is lost, once: the same',
    group,
    play: (arena) => surviveOnce(arena, { kind: 'lost' }),
  },
  {
    name: 'hangs',
    title: 'no answer at all: the calls settle within 20 seconds, nobody is signed out',
    group,
    isLong: true,
    async play({ first, front, outlive }) {
      await outlive()
      front.trouble({ kind: 'hangs' })
      const outcomes = await call(first, itemCalls(3))
      const signedOut = await countSignedOut([first])
      return {
        passed: count(outcomes, 'waiting') === 0 && signedOut === 0,
        figure: tell(outcomes, front.refreshes(), signedOut > 0 && 'signed out'),
      }
    },
  },
  {
    name: 'refused',
    title: 'refused (401): all waiting calls settle, the app is told once, one refresh',
    group,
    async play({ first, front, outlive }) {
      await outlive()
      front.trouble({ kind: 'refused' })
      const outcomes = await callTogether(first, front, itemCalls(5))
      // Whoever tells it once more does so by then.
      await pause(1000)
      const told = await countSignedOut([first])
      const isSignedIn = await first.evaluate(() => contest.isSignedIn())
      return {
        passed: count(outcomes, 'waiting') === 0 && told === 1 && !isSignedIn && front.refreshes() === 1,
        figure: tell(
          outcomes,
          front.refreshes(),
          told > 1 ? 'told more than once' : `told ${told} ×`,
          isSignedIn && 'still shown as signed in',
        ),
      }
    },
  },
  {
    name: 'abort',
    title: 'a caller aborts while waiting: rejected at once',
    group,
    async play({ first, front, outlive }) {
      await outlive()
      const release = front.holdRefreshes()
      await fire(first, 'call', [{ path: '/items?n=1', isAbortable: true }])
      await until(() => front.worked() === 1)
      await first.evaluate(() => contest.abort('call'))
      const outcomes = await settled(first, 'call', 2000)
      release()
      const isRejected = count(outcomes, 'failed') === 1
      return {
        passed: isRejected,
        figure: isRejected ? 'rejected during the refresh' : 'not before the end of the refresh',
      }
    },
  },
  {
    name: 'timeout',
    title: "a caller's timeout passes while waiting: rejected then",
    group,
    async play({ first, front, outlive }) {
      await outlive()
      const release = front.holdRefreshes()
      await fire(first, 'call', [{ path: '/items?n=1', timeout: 1000 }])
      await until(() => front.worked() === 1)
      const outcomes = await settled(first, 'call', 3000)
      release()
      const isRejected = count(outcomes, 'failed') === 1
      return {
        passed: isRejected,
        figure: isRejected ? 'rejected during the refresh' : 'not before the end of the refresh',
      }
    },
  },
]
