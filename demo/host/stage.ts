import { monotonicClock, systemClock } from '../server/ambient.ts'
import { type App, createApp } from '../server/app.ts'
import type { Cookies } from '../server/session/cookies.ts'
import type { Keys } from '../server/session/keys.ts'
import type { PasswordHasher } from '../server/session/passwords.ts'
import type { Settings } from '../server/settings.ts'
import type { Store } from '../server/store/store.ts'
import { type FaultSwitch, type Faults, failingAnswer } from './faults.ts'
import { createHolding, pause } from './holding.ts'
import type { Tally } from './tally.ts'

export interface StageOptions {
  store: Store
  keys: Keys
  passwords: PasswordHasher
  settings: Partial<Settings> | undefined
  faults: FaultSwitch
  tally: Tally
  inTurn: <T>(work: () => Promise<T>) => Promise<T>
}

export interface Stage {
  readonly faults: FaultSwitch
  readonly tally: Tally
  /** With what the page has asked for in its way; `null`: the connection is to break. */
  answer(request: Request, cookies: Cookies): Promise<Response | null>
  /** As the app answers, uncounted. */
  pass(request: Request, cookies: Cookies): Promise<Response>
}

/** No client waits longer for an answer that never comes. */
const hanging = 20_000

/** The app, and in front of it all that can be broken. */
export function createStage({ faults, tally, inTurn, ...options }: StageOptions): Stage {
  const { store, passwords, settings } = options
  const keys = rememberIssue(options.keys, () => faults.read().expiredUntil)
  const clock = () => systemClock() + faults.read().clockOffset
  const holding = createHolding()
  const apps = new Map<string, App>()

  /** An app is no more than its settings: there is one for each choice of them, over the same store. */
  function currentApp(): App {
    const chosen = settingsOf(faults.read())
    const name = JSON.stringify(chosen)
    const existing = apps.get(name)
    if (existing) return existing
    const onError = (error: Error) => console.error(error)
    // Whoever plays with the buttons is no attacker.
    const merged = { rateLimits: false, ...settings, ...chosen }
    const app = createApp({
      store,
      keys,
      passwords,
      clock,
      monotonic: monotonicClock,
      onError,
      settings: merged,
    })
    apps.set(name, app)
    return app
  }

  const pass: App['fetch'] = (request, cookies) => inTurn(() => currentApp().fetch(request, cookies))

  async function refresh(request: Request, cookies: Cookies): Promise<Response | null> {
    tally.countRefresh()
    const { refresh: fault, refreshDelay } = faults.take()
    const travelling = sendAlong(cookies)
    if (fault === 'hangs') await pause(hanging, request.signal)
    if (fault === 'hangs' || fault === 'cut') return null
    const failure = failingAnswer(fault)
    const response = failure ?? (await pass(request, travelling))
    await pause(refreshDelay, request.signal)
    if (fault === 'lost') return null
    travelling.arrive()
    return response
  }

  async function call(request: Request, cookies: Cookies): Promise<Response> {
    const { searchParams } = new URL(request.url)
    const name = searchParams.get('call')
    tally.countRequest(name)
    const response = await pass(request, cookies)
    tally.countAnswer(name, response.status)
    if (response.status === 401 && searchParams.has('late')) await holding.hold(request.signal)
    if (response.ok && name !== null) holding.release()
    return response
  }

  return {
    faults,
    tally,
    pass,
    async answer(request, cookies) {
      if (faults.read().offline) return null
      const isRefresh = new URL(request.url).pathname === '/auth/refresh'
      return isRefresh ? refresh(request, cookies) : call(request, cookies)
    },
  }
}

function settingsOf({ tokenLifetime, gracePeriod, strict }: Faults): Partial<Settings> {
  return { accessTokenLifetime: tokenLifetime, gracePeriod, strict }
}

/** As over a network: the new cookie is there once the answer is. */
function sendAlong(cookies: Cookies): Cookies & { arrive(): void } {
  const written: Parameters<Cookies['set']>[] = []
  return {
    get: (name) => cookies.get(name),
    set: (...cookie) => void written.push(cookie),
    arrive() {
      for (const cookie of written) cookies.set(...cookie)
    },
  }
}

/** Tokens from before a moment count as expired, by a time that no setting of the server's clock moves. */
function rememberIssue(keys: Keys, expiredUntil: () => number): Keys {
  return {
    ...keys,
    sign: (claims) => keys.sign({ ...claims, issued: Date.now() }),
    async verify(token, expectation) {
      const claims = await keys.verify(token, expectation)
      return Number(claims.issued) <= expiredUntil() ? { ...claims, exp: 0 } : claims
    },
  }
}
