import axios, { isAxiosError } from 'axios'
import type { Connection } from '../session.ts'
import { backend } from './backend.ts'
import { type Client, fire } from './calls.ts'
import type { Counters } from './counters.ts'
import { byName } from './elements.ts'
import type { Log } from './log.ts'
import { people } from './people.ts'

/** What a button does; its `data-` attributes say the rest. */
export type Action = (data: DOMStringMap) => Promise<void>

export function createActions(connection: Connection, log: Log, counters: Counters): Record<string, Action> {
  const { session, apiFetch } = connection
  const isSignedIn = () => session.getSnapshot().status === 'authenticated'

  async function signIn(name: string | undefined, isWrong = false): Promise<void> {
    const person = people.find((one) => one.name === name) ?? people[0]
    if (!person) return
    const { email } = person
    const password = isWrong ? 'not the password' : person.password
    try {
      await session.signIn(() =>
        axios.post('/auth/login', { email, password }, { headers: { 'X-Silent-Refresh': '1' } }),
      )
      log.add(`Welcome, ${person.name}.`, 'good')
    } catch (error) {
      const status = isAxiosError(error) ? error.response?.status : undefined
      const who = isSignedIn() ? 'Who was signed in before still is' : 'Nobody is signed in, as before'
      log.add(`The sign-in failed: ${status === 401 ? 'wrong password' : error}. ${who}.`, 'bad')
    }
  }

  async function signOut(): Promise<void> {
    if (!isSignedIn()) log.add('Nobody is signed in, but the server is told all the same.')
    try {
      await session.signOut()
      log.add('The server has been told: its cookie is gone.')
    } catch (error) {
      log.add(`Signed out here, but the server could not be told. ${error}`, 'bad')
    }
  }

  async function signOutDuringRefresh(): Promise<void> {
    if (!isSignedIn()) return log.add('Sign in first: nobody is there to sign out.')
    const { faults } = await backend.state()
    await backend.change({ refresh: 'normal', refreshDelay: 2000 })
    try {
      const reachedServer = nextRefreshCall()
      const late = session.refresh().catch(() => null)
      await reachedServer
      log.add('The refresh is on its way and takes 2 seconds. Signing out now.')
      await Promise.all([signOut(), late])
    } finally {
      await backend.change({ refresh: faults.refresh, refreshDelay: faults.refreshDelay })
    }
  }

  /** Resolves once the backend has counted one more refresh call. */
  async function nextRefreshCall(): Promise<void> {
    const before = (await backend.state()).counts.refreshes
    const end = performance.now() + 3000
    while ((await backend.state()).counts.refreshes === before && performance.now() < end) {
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }

  async function signOutEverywhere(): Promise<void> {
    if (!isSignedIn()) return log.add('Sign in first: nobody is there to sign out.')
    const headers = { 'Content-Type': 'application/json', 'X-Silent-Refresh': '1' }
    const response = await apiFetch('/auth/logout-all', { method: 'POST', headers, body: '{}' })
    if (response.ok)
      log.add('The server has ended all sessions of this user. The page does not know: make a call.')
    else log.add(`The server did not end the sessions: it answered ${response.status}.`, 'bad')
  }

  async function refresh(): Promise<void> {
    // Whether it works is told by its events.
    const token = await session.refresh().catch(() => undefined)
    if (token === null) log.add('There is no session to refresh: sign in.')
  }

  return {
    'sign-in': ({ user }) => signIn(user),
    'sign-in-wrong': () => signIn('Alice', true),
    fire: (data) => fire(data.client as Client, Number(data.count), connection, counters, log),
    async expire() {
      await backend.expireTokens()
      log.add('From now on the server refuses all tokens issued so far. The page does not know.')
    },
    refresh,
    'sign-out': signOut,
    'sign-out-refreshing': signOutDuringRefresh,
    'sign-out-everywhere': signOutEverywhere,
    async copy() {
      await navigator.clipboard.writeText(log.text())
      const button = byName('copy')
      button.textContent = 'Copied'
      setTimeout(() => {
        button.textContent = 'Copy log'
      }, 1500)
    },
    async clear() {
      log.clear()
      await counters.clear()
    },
  }
}
