import { type App, createApp } from '../server/app.ts'
import { seedUsers } from '../server/seed.ts'
import type { Cookies } from '../server/session/cookies.ts'
import { type Keys, loadKeys } from '../server/session/keys.ts'
import type { PasswordHasher } from '../server/session/passwords.ts'
import type { Settings } from '../server/settings.ts'
import type { Shelf } from '../server/store/memory-store.ts'
import type { Store } from '../server/store/store.ts'
import { createFaultSwitch, type Faults, failingAnswer, readChanges } from './faults.ts'
import { type Counts, createTally } from './tally.ts'

export interface DemoBackendOptions {
  store: Store
  passwords: PasswordHasher
  settings?: Partial<Settings>
  /** Where the faults outlive a reload. @default nowhere */
  faultShelf?: Shelf
  /** Runs one call of the app after another, where several tabs share the store. @default at once */
  inTurn?: <T>(work: () => Promise<T>) => Promise<T>
}

/** `null` in place of an answer: the connection is to break. */
export type DemoBackend = (request: Request, cookies: Cookies) => Promise<Response | null>

/** What `/demo/state` answers. */
export interface DemoState {
  faults: Faults
  counts: Counts
}

/** No client waits longer for an answer that never comes. */
const hanging = 20_000

/** The paths that are the backend's; all others are files. */
export const backendPaths = /^\/(auth|api|\.well-known|demo)\//

/** The reference backend, and around it what the buttons of the page can break: the same in both hosts. */
export async function createDemoBackend(options: DemoBackendOptions): Promise<DemoBackend> {
  const { store, passwords, settings, inTurn = (work) => work() } = options
  const faults = createFaultSwitch(options.faultShelf)
  const tally = createTally()
  const realKeys = await inTurn(async () => {
    await seedUsers(store, passwords)
    return loadKeys(store)
  })
  const keys: Keys = {
    ...realKeys,
    async verify(token, expectation) {
      const claims = await realKeys.verify(token, expectation)
      const issuedAt = Math.round((claims.iat ?? 0) * 1000)
      return issuedAt <= faults.read().expiredUntil ? { ...claims, exp: 0 } : claims
    },
  }
  const apps = new Map<number, App>()

  /** An app is no more than its settings: there is one for each lifetime, over the same store. */
  function currentApp(): App {
    const { tokenLifetime: accessTokenLifetime } = faults.read()
    const existing = apps.get(accessTokenLifetime)
    if (existing) return existing
    const onError = (error: Error) => console.error(error)
    // Whoever plays with the buttons is no attacker.
    const merged = { rateLimits: false, ...settings, accessTokenLifetime }
    const app = createApp({ store, keys, passwords, onError, settings: merged })
    apps.set(accessTokenLifetime, app)
    return app
  }

  const pass: App['fetch'] = (request, cookies) => inTurn(() => currentApp().fetch(request, cookies))

  async function refresh(request: Request, cookies: Cookies): Promise<Response | null> {
    tally.countRefresh()
    const { refresh: fault, refreshDelay } = faults.read()
    const failure = failingAnswer(fault)
    if (failure) return failure
    if (fault === 'hangs') await pause(hanging, request.signal)
    if (fault === 'hangs' || fault === 'cut') return null
    if (fault === 'lost') {
      await pass(request, { get: cookies.get, set: () => undefined })
      return null
    }
    const response = await pass(request, cookies)
    await pause(refreshDelay, request.signal)
    return response
  }

  async function steer(request: Request, pathname: string): Promise<Response> {
    // JSON, because no form of another site can send it without asking first.
    const isJson = request.headers.get('content-type') === 'application/json'
    if (request.method === 'POST' && isJson) {
      if (pathname === '/demo/faults') faults.change(readChanges(await request.json().catch(() => null)))
      if (pathname === '/demo/expire') faults.change({ expiredUntil: Date.now() })
    }
    const state: DemoState = { faults: faults.read(), counts: tally.counts() }
    return Response.json(state, { headers: { 'cache-control': 'no-store' } })
  }

  return async (request, cookies) => {
    const { pathname, searchParams } = new URL(request.url)
    if (pathname.startsWith('/demo/')) return steer(request, pathname)
    if (pathname === '/auth/refresh') return refresh(request, cookies)
    const call = searchParams.get('call')
    tally.countRequest(call)
    const response = await pass(request, cookies)
    tally.countAnswer(call, response.status)
    return response
  }
}

/** Ends early, and without an error, when the client has gone. */
function pause(duration: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (duration === 0 || signal.aborted) return resolve()
    const timer = setTimeout(resolve, duration)
    signal.addEventListener('abort', () => {
      clearTimeout(timer)
      resolve()
    })
  })
}
