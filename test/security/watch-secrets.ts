import type { AxiosAdapter, InternalAxiosRequestConfig } from 'axios'
import { afterEach, beforeEach, vi } from 'vitest'
import { endPermit, keepSecret, look, takeLeaks } from './secrets.ts'
import {
  forgetHomes,
  lookAtPage,
  watchConsole,
  watchEnvironment,
  watchErrors,
  watchRequest,
  watchTransport,
} from './watched.ts'

// A set-up file: for every unit test, the places through which all tokens come in, and all news go out, are watched.

vi.mock(import('../../src/session/access-token.ts'), async (load) => {
  const real = await load()
  return {
    ...real,
    issueAccessToken(facts, issue) {
      keepSecret(facts.value)
      return real.issueAccessToken(facts, issue)
    },
  }
})

vi.mock(import('../helpers/jwt.ts'), async (load) => {
  const real = await load()
  return {
    ...real,
    makeJwt(claims) {
      const token = real.makeJwt(claims)
      keepSecret(token)
      return token
    },
  }
})

vi.mock(import('../../demo/server/session/refresh-tokens.ts'), async (load) => {
  const real = await load()
  return {
    ...real,
    createRefreshToken(random) {
      const token = real.createRefreshToken(random)
      keepSecret(token)
      return token
    },
  }
})

vi.mock(import('../../demo/server/session/access-tokens.ts'), async (load) => {
  const real = await load()
  return {
    ...real,
    async issueAccessToken(session, ports) {
      const body = await real.issueAccessToken(session, ports)
      keepSecret(body.access_token)
      return body
    },
  }
})

vi.mock(import('../../src/session/errors.ts'), async (load) => {
  const real = await load()
  return {
    ...real,
    SessionEndedError: watchErrors(real.SessionEndedError),
    RefreshUnavailableError: watchErrors(real.RefreshUnavailableError),
    RefreshMisconfiguredError: watchErrors(real.RefreshMisconfiguredError),
    InvalidTokenResponseError: watchErrors(real.InvalidTokenResponseError),
    SignOutFailedError: watchErrors(real.SignOutFailedError),
  }
})

vi.mock(import('../../src/session/standing.ts'), async (load) => {
  const real = await load()
  return {
    ...real,
    createStanding(...args) {
      const standing = real.createStanding(...args)
      const change: typeof standing.change = (changes, event) => {
        const before = standing.getSnapshot()
        standing.change(changes, event)
        if (event) look('an event', event)
        if (standing.getSnapshot() !== before) look('a snapshot', standing.getSnapshot())
      }
      // As it is told: the same event, unless something is added on the way.
      const subscribe: typeof standing.subscribe = (listener, wantsRequests) =>
        standing.subscribe((event) => {
          look('an event', event)
          listener(event)
        }, wantsRequests)
      return { ...standing, change, subscribe }
    },
  }
})

vi.mock(import('../../src/session/live-session.ts'), async (load) => {
  const real = await load()
  return {
    ...real,
    createLiveSession(options, environment) {
      const session = real.createLiveSession(options, watchEnvironment(environment, options))
      look('the session itself', session)
      return session
    },
  }
})

/** What is rejected is looked at from beside, so that nothing comes a turn later than it would. */
function watchOutcome<T>(place: string, outcome: Promise<T>): Promise<T> {
  outcome.then(undefined, (error: unknown) => look(place, error, true))
  return outcome
}

vi.mock(import('../../src/clients/fetch.ts'), async (load) => {
  const real = await load()
  return {
    ...real,
    createFetch(session, options) {
      const own = options && Object.hasOwn(options, 'fetch') ? options.fetch : undefined
      const given = typeof own === 'function' ? { ...options, fetch: watchTransport(own) } : options
      const send = real.createFetch(session, given)
      return (input, init) => watchOutcome('a rejection of fetch', send(input, init))
    },
  }
})

vi.mock(import('../../src/clients/axios-adapter.ts'), async (load) => {
  const real = await load()
  return {
    ...real,
    guardAdapter(...args) {
      const guarded = real.guardAdapter(...args)
      const watched: AxiosAdapter = (config) => {
        const outcome = guarded(config)
        outcome.then(
          ({ config }) => look('the config of an axios response', String(config?.headers)),
          () => {},
        )
        return watchOutcome('an error of axios', outcome)
      }
      return Object.assign(watched, { gate: guarded.gate })
    },
  }
})

vi.mock(import('../../src/clients/axios-transport.ts'), async (load) => {
  const real = await load()
  return {
    ...real,
    createTransports(gate) {
      const find = real.createTransports(gate)
      return (adapter, config) => {
        const transport = find(adapter, config)
        const send: AxiosAdapter = (copy: InternalAxiosRequestConfig) => {
          watchRequest(copy)
          return transport.send(copy)
        }
        return { ...transport, send }
      }
    },
  }
})

watchConsole()

function expectNoLeaks(when: string): void {
  lookAtPage()
  const places = takeLeaks()
  endPermit()
  if (places.length > 0) throw new Error(`A token was seen ${when} in: ${places.join(', ')}.`)
}

beforeEach(() => expectNoLeaks('after the end of the test before this one'))
afterEach(() => {
  expectNoLeaks('during this test')
  forgetHomes()
})
