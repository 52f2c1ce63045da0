import axios, { isAxiosError } from 'axios'
import type { Connection } from '../session.ts'
import { backend } from './backend.ts'
import { type Client, fire } from './calls.ts'
import type { Counters } from './counters.ts'
import { byName } from './elements.ts'
import type { Log } from './log.ts'
import type { OtherTabs } from './other-tabs.ts'
import { people } from './people.ts'
import { createTabActions } from './tab-actions.ts'
import { createTrouble } from './trouble.ts'

/** What a button does; its `data-` attributes say the rest. */
export type Action = (data: DOMStringMap) => Promise<void>

export function createActions(
  connection: Connection,
  tabs: OtherTabs,
  log: Log,
  counters: Counters,
): Record<string, Action> {
  const { session } = connection
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

  async function refresh(): Promise<void> {
    // Whether it works is told by its events.
    const token = await session.refresh().catch(() => undefined)
    if (token === null) log.add('There is no session to refresh: sign in.')
  }

  return {
    'sign-in': ({ user }) => signIn(user),
    'sign-in-wrong': () => signIn('Alice', true),
    async fire(data) {
      await fire(data.client as Client, Number(data.count), connection, counters, log)
    },
    async expire() {
      await backend.expireTokens()
      log.add('From now on the server refuses all tokens issued so far. The page does not know.')
    },
    refresh,
    'sign-out': signOut,
    ...createTrouble(connection, log),
    ...createTabActions(
      tabs,
      (client, amount) => fire(client, amount, connection, counters, log),
      log,
      counters,
    ),
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
