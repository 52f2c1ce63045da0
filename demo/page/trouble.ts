import type { Connection } from '../session.ts'
import type { Action } from './actions.ts'
import { backend } from './backend.ts'
import type { Log } from './log.ts'

const reloaded = 'silent-refresh-demo.reloaded'
const slow = 2000
/** A token younger than 5 seconds is not refreshed for a 401. */
const untilRefreshable = 6000

/** What happens to a session through no wish of its user. */
export function createTrouble({ session, apiFetch }: Connection, log: Log): Record<string, Action> {
  const isSignedIn = () => session.getSnapshot().status === 'authenticated'
  const withUser = (action: Action): Action =>
    async function ifSignedIn(data) {
      if (isSignedIn()) await action(data)
      else log.add('Sign in first: nobody is there whom it could happen to.')
    }

  /** Resolves once the backend has rotated the cookie; its answer takes its time. */
  async function startSlowRefresh(): Promise<void> {
    const { counts } = await backend.change({ refresh: 'normal', refreshDelay: slow })
    session.refresh().catch(() => undefined)
    const end = performance.now() + slow
    while ((await backend.state()).counts.refreshes === counts.refreshes && performance.now() < end) {
      await pause(20)
    }
  }

  async function signOutRefreshing(): Promise<void> {
    const { refresh, refreshDelay } = (await backend.state()).faults
    try {
      await startSlowRefresh()
      log.add('The refresh is on its way and takes 2 seconds. Signing out now.')
      await session.signOut()
      log.add('The server has been told: its cookie is gone.')
    } finally {
      await backend.change({ refresh, refreshDelay })
    }
  }

  async function reload(): Promise<void> {
    const { refresh, refreshDelay } = (await backend.state()).faults
    await startSlowRefresh()
    sessionStorage.setItem(reloaded, JSON.stringify({ refresh, refreshDelay }))
    location.reload()
  }

  async function signOutEverywhere(): Promise<void> {
    const headers = { 'Content-Type': 'application/json', 'X-Silent-Refresh': '1' }
    const response = await apiFetch('/auth/logout-all', { method: 'POST', headers, body: '{}' })
    if (response.ok)
      log.add('The server has ended all sessions of this user. The page does not know: make a call.')
    else log.add(`The server did not end the sessions: it answered ${response.status}.`, 'bad')
  }

  async function revoke(): Promise<void> {
    await backend.revoke()
    log.add('The server has revoked this session. The page does not know: make a call.')
  }

  async function steal(): Promise<void> {
    const { gracePeriod, refresh } = (await backend.state()).faults
    await backend.change({ gracePeriod: 0, refresh: 'normal' })
    try {
      await backend.steal()
      log.add('Somebody has copied the refresh token. Two refreshes later:')
      // After the first the copy is spent, after the second it is proven that the user has its successor.
      await session.refresh()
      await session.refresh()
      const { thief } = await backend.presentStolen()
      if (thief !== 'refresh_reused')
        return log.add(`The thief was not recognized: the server said ${thief}.`, 'bad')
      log.add('The thief was refused (refresh_reused), and the session revoked. In 6 seconds, the next call.')
    } finally {
      await backend.change({ gracePeriod, refresh })
    }
    await pause(untilRefreshable)
    await apiFetch('/api/me')
  }

  return {
    'sign-out-refreshing': withUser(signOutRefreshing),
    'sign-out-everywhere': withUser(signOutEverywhere),
    reload: withUser(reload),
    revoke: withUser(revoke),
    steal: withUser(steal),
  }
}

/** After the reload above: puts back what it changed, and tells how it went. */
export async function tellOfReload({ session }: Connection, log: Log): Promise<void> {
  const before = sessionStorage.getItem(reloaded)
  if (before === null) return
  sessionStorage.removeItem(reloaded)
  await backend.change(JSON.parse(before))
  const token = await session.getAccessToken()
  if (token === null) log.add('Reloaded in the middle of a refresh: signed out.', 'bad')
  else log.add('Reloaded in the middle of a refresh: still signed in.', 'good')
}

function pause(duration: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, duration))
}
