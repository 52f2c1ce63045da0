import axios from 'axios'
import { attachAxios, createAxios } from '../../src/clients/axios.ts'
import { createFetch } from '../../src/clients/fetch.ts'
import { createSession } from '../../src/create-session.ts'
import { createLiveSession } from '../../src/session/live-session.ts'
import type { SessionOptions } from '../../src/session/options.ts'
import type { Session } from '../../src/session/session.ts'
import type { Tab } from '../../src/testing/tab.ts'
import { functionAdapter } from '../helpers/function-adapter.ts'
import type { Random } from '../helpers/random.ts'
import type { Remains } from './remains.ts'

/** The app in one tab: what it keeps for as long as its page is there. */
export interface App {
  readonly tab: Tab
  readonly session: Session
  readonly clients: Clients
  /** An instance with interceptors of its own, to which the session is attached now and then. */
  readonly existing: ReturnType<typeof axios.create>
  /** A signal that many calls are given, and that is aborted only when the page goes. */
  readonly forever: AbortController
  /** Whether it is on the globals of the process, as installed by `installPage`. */
  readonly isReal: boolean
  state: 'running' | 'frozen' | 'cached'
  /** Calls without an answer. */
  open: number
}

interface Clients {
  readonly send: ReturnType<typeof createFetch>
  readonly api: ReturnType<typeof createAxios>
  readonly apiByFetch: ReturnType<typeof createAxios>
}

const origin = 'https://app.test'

/**
 * axios keeps its fetch adapter for each `fetch` that it is lent, for ever. In a page there is one; here every tab has its own, so that
 * only the tab that stays may use it.
 */
function createClients(session: Session, { environment }: Tab, isReal: boolean): Clients {
  const adapter = functionAdapter(environment)
  return {
    send: createFetch(session),
    api: createAxios(session, { adapter }),
    apiByFetch: createAxios(session, { adapter: isReal ? 'fetch' : adapter, baseURL: origin }),
  }
}

function openSession({ environment }: Tab, isReal: boolean, given: Partial<SessionOptions>): Session {
  const options = { refresh: '/auth/refresh', signOut: '/auth/logout', exclude: ['/auth/login'], ...given }
  return isReal ? createSession(options) : createLiveSession(options, environment)
}

export function startApp(tab: Tab, options: Partial<SessionOptions>, isReal = false): App {
  const session = openSession(tab, isReal, options)
  return {
    tab,
    session,
    isReal,
    clients: createClients(session, tab, isReal),
    existing: axios.create({ adapter: functionAdapter(tab.environment) }),
    forever: new AbortController(),
    state: 'running',
    open: 0,
  }
}

export interface CallParts {
  readonly random: Random
  readonly remains: Remains
  /** Runs later, in the time of the browser. */
  readonly later: (task: () => void, delay: number) => void
  readonly onAbort: () => void
}

/** Makes calls of every sort. The promises settle one way or another and give nothing. */
export function createCaller({ random, remains, later, onAbort }: CallParts) {
  function signalFor({ forever }: App): AbortSignal | undefined {
    if (random.chance(0.4)) return forever.signal
    if (random.chance(0.5)) return undefined
    const controller = new AbortController()
    remains.expectGone('signals of calls', controller.signal)
    if (random.chance(0.3)) {
      onAbort()
      later(() => controller.abort(), random.below(200))
    }
    return controller.signal
  }

  function init(app: App): RequestInit & { skipAuth?: boolean } {
    const signal = signalFor(app)
    const given = {
      method: 'POST',
      body: 'x'.repeat(random.below(200)),
      ...(signal && { signal }),
      ...(random.chance(0.1) && { skipAuth: true }),
    }
    remains.expectGone('finished requests', given)
    return given
  }

  function config(app: App) {
    const signal = signalFor(app)
    const given = {
      timeout: random.pick([0, 0, 0, 30, 8000]),
      ...(signal && { signal }),
      ...(random.chance(0.1) && { skipAuth: true }),
    }
    remains.expectGone('finished requests', given)
    return given
  }

  const url = () => `/api/${random.pick(['me', 'items?page=2', 'public', 'orders/17'])}`

  const calls: readonly ((app: App, clients: Clients) => Promise<object | string | null>)[] = [
    (app, { send }) => send(url(), init(app)),
    (_app, { send }) => send(new Request(`${origin}${url()}`, { method: 'POST', body: 'x' })),
    (app, { send }) => send(`https://other.test${url()}`, init(app)),
    (app, { api }) => api.post(url(), { some: 'body' }, config(app)),
    (app, { api }) => api.get(url(), config(app)),
    (app, { apiByFetch }) => apiByFetch.get(url(), config(app)),
    async ({ session, forever }) =>
      session.getAccessToken({ minTtl: random.pick([0, 2000]), signal: forever.signal }),
  ]

  return async function call(app: App, clients = app.clients): Promise<void> {
    try {
      const answer = await random.pick(calls)(app, clients)
      if (typeof answer !== 'object' || !answer) return
      remains.expectGone('answers', answer)
      // Apps read most of what they get.
      if (answer instanceof Response && random.chance(0.9)) await answer.text()
    } catch (error) {
      remains.expectGone('answers', error as object)
    }
  }
}

/** What an app does beside its calls, and takes back. Each returns how it is taken back. */
export function createHabits({ random, remains }: Pick<CallParts, 'random' | 'remains'>) {
  return {
    subscribe({ session }: App): () => void {
      const listener = () => {}
      remains.expectGone('listeners that have left', listener)
      return session.subscribe(listener, { requests: random.chance(0.5) })
    },
    attach({ existing, session, tab }: App): () => void {
      const undo = attachAxios(existing, session)
      const own = axios.create({ adapter: functionAdapter(tab.environment) })
      remains.expectGone('axios instances detached', own)
      const undoOwn = attachAxios(own, session)
      return () => {
        undo()
        undoOwn()
      }
    },
    /** Clients that are made for a view and forgotten with it. */
    async passing({ session, tab, isReal }: App): Promise<void> {
      const clients = createClients(session, tab, isReal)
      for (const client of Object.values(clients)) remains.expectGone('clients forgotten', client)
      await Promise.allSettled([
        clients.send('/api/me'),
        clients.api.get('/api/me'),
        clients.apiByFetch.get('/api/me'),
      ])
    },
    /** A session beside the first, as of a part of the page with a life of its own. */
    second(app: App, call: (app: App, clients: Clients) => Promise<void>): () => void {
      const session = openSession(app.tab, app.isReal, { name: 'second' })
      remains.expectGone('sessions disposed of', session)
      session.subscribe(() => {})
      const clients = createClients(session, app.tab, app.isReal)
      for (let made = 0; made < 3; made++) void call({ ...app, session }, clients)
      return () => session.dispose()
    },
  }
}
