import { type Arena, alice, bob, call, fire, pause, settled, until } from '../arena.ts'
import { startForeign } from '../foreign.ts'
import type { Front } from '../front.ts'
import { isStillSignedIn, items, type Scenario, type Verdict } from '../scenario.ts'

const group = 'The session'

async function leave({ first, front, outlive, reload }: Arena): Promise<Verdict> {
  await outlive()
  const release = front.holdRefreshes()
  await fire(first, 'call', [{ path: items }])
  await until(() => front.worked() === 1)
  // Until well after the old page is gone its answer is on the way.
  const loads = front.loads()
  const released = until(() => front.loads() > loads).then(() => pause(700).then(release))
  await reload(first)
  await released
  const isIn = await isStillSignedIn(first)
  return { passed: isIn, figure: isIn ? 'signed in after the reload' : 'signed out' }
}

/** The server has been told during the refresh; or the library lets that wait. */
async function untilTold(front: Front, path: RegExp): Promise<void> {
  const isTold = await until(() => front.hits.some((hit) => path.test(hit.path) && hit.status > 0), 2500)
  // Time for the answer to arrive.
  if (isTold) await pause(500)
}

/** Whose session it is, as the server sees it. */
async function whoIs({ first }: Arena): Promise<string> {
  const [outcome] = await call(first, [{ path: '/me' }])
  const { email = 'nobody' } = (outcome?.data ?? {}) as { email?: string }
  return { [alice]: 'Alice', [bob]: 'Bob' }[email] ?? email
}

export const session: readonly Scenario[] = [
  {
    name: 'sign-out',
    title: 'signing out during a refresh: signed out it stays',
    group,
    async play(arena) {
      const { first, front, outlive, reload } = arena
      await outlive()
      const release = front.holdRefreshes()
      await fire(first, 'call', [{ path: items }])
      await until(() => front.worked() === 1)
      await first.evaluate(() => void contest.signOut().catch(() => undefined))
      await untilTold(front, /(logout|signout)$/)
      release()
      await settled(first, 'call')
      await pause(1000)
      const shown = await first.evaluate(() => contest.isSignedIn())
      await reload(first)
      const user = await whoIs(arena)
      return {
        passed: !shown && user === 'nobody',
        figure: `${shown ? 'shown as signed in' : 'shown as signed out'}, after a reload ${
          user === 'nobody' ? 'nobody is signed in' : `${user} is signed in`
        }`,
      }
    },
  },
  {
    name: 'user-switch',
    title: "signing in as somebody else during a refresh: nothing of the old user's is left",
    group,
    async play(arena) {
      const { first, front, outlive, reload } = arena
      await outlive()
      const release = front.holdRefreshes()
      await fire(first, 'call', [{ path: items }])
      await until(() => front.worked() === 1)
      await first.evaluate((email) => void contest.signIn(email), bob)
      await untilTold(front, /(login|signin)$/)
      release()
      await settled(first, 'call')
      await pause(1000)
      const users = [await whoIs(arena)]
      await outlive()
      users.push(await whoIs(arena))
      await reload(first)
      users.push(await whoIs(arena))
      return {
        passed: users.every((user) => user === 'Bob'),
        figure: `then ${users[0]}, after expiry ${users[1]}, after a reload ${users[2]}`,
      }
    },
  },
  {
    name: 'reload',
    title: 'a reload in the middle of a refresh: still signed in',
    group,
    play: leave,
  },
  {
    name: 'reload-strict',
    title: 'the same with a server that takes a refresh token only once',
    group,
    options: { isStrict: true },
    play: leave,
  },
  {
    name: 'foreign',
    title: 'the token is never sent to another origin',
    group,
    async play({ first }) {
      await using foreign = await startForeign()
      await call(first, [{ path: `${foreign.origin}/open` }, { path: `${foreign.origin}/closed` }], 5000)
      const { requests, withToken } = foreign.seen()
      return {
        passed: withToken === 0 && requests >= 2,
        figure: `${withToken} of ${requests} requests carried it`,
      }
    },
  },
  {
    name: 'storage',
    title: 'the access token is not to be read in any storage',
    group,
    async play({ first, front }) {
      await call(first, [{ path: items }])
      const token = front.hits.at(-1)?.authorization?.split(' ')[1] ?? ''
      const stored = await first.evaluate(() => contest.stored())
      const isThere = token !== '' && stored.includes(token)
      return { passed: !isThere, figure: isThere ? 'in localStorage' : 'nowhere' }
    },
  },
]
