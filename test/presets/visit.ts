import { onTestFinished, vi } from 'vitest'
import { createFetch } from '../../src/clients/fetch.ts'
import type { Preset } from '../../src/presets.ts'
import type { Environment } from '../../src/session/environment.ts'
import type { SessionEvent } from '../../src/session/events.ts'
import { createLiveSession } from '../../src/session/live-session.ts'
import { createWorld } from '../helpers/world.ts'

/** One request as a backend sees it. */
export interface Call {
  /** Method and path. */
  readonly name: string
  readonly url: string
  readonly headers: Headers
  readonly body: string
  readonly credentials: RequestCredentials
  readonly keepalive: boolean
}

/** The cookies of one browser; the page can read only what it is to read. */
export interface Jar {
  get(name: string): string | undefined
  set(name: string, value: string, isReadable?: boolean): void
  delete(...names: string[]): void
  read(name: string): string | undefined
}

/** A backend as this library meets it: it answers calls, and writes cookies while it does. */
export interface Backend {
  answer(call: Call, cookies: Jar): Response
  /** Somebody has signed in before the page was opened. */
  begin(cookies: Jar): void
  /** All access tokens issued so far have expired. */
  expire(): void
}

/** Makes a backend with a clock of its own, in epoch milliseconds. */
export type Start = (now: () => number) => Backend

export interface Tab {
  readonly session: ReturnType<typeof createLiveSession>
  readonly send: typeof fetch
  readonly events: SessionEvent[]
}

export interface Visit {
  readonly backend: Backend
  readonly jar: Jar
  readonly calls: Call[]
  callsTo(name: string): Call[]
  /** What answers calls of these names instead of the backend. */
  readonly instead: Map<string, () => Response | undefined>
  openTab(): Tab
  advance(duration: number): Promise<void>
  now(): number
}

function createJar(): Jar {
  const cookies = new Map<string, { value: string; isReadable: boolean }>()
  return {
    get: (name) => cookies.get(name)?.value,
    set: (name, value, isReadable = false) => cookies.set(name, { value, isReadable }),
    delete: (...names) => {
      for (const name of names) cookies.delete(name)
    },
    read: (name) => (cookies.get(name)?.isReadable ? cookies.get(name)?.value : undefined),
  }
}

/** The backend's clock is far ahead of the page's. */
const skew = 26 * 3_600_000
const delay = 10

/** A browser at a page of `https://app.test`, and the backend that the preset is for. */
export function visit(preset: Preset, start: Start, isSignedIn = true): Visit {
  const world = createWorld()
  const { clock } = world
  const serverNow = () => clock.now().wall + skew
  const backend = start(serverNow)
  const jar = createJar()
  const calls: Call[] = []
  const instead: Visit['instead'] = new Map()
  if (isSignedIn) backend.begin(jar)

  async function serve(input: RequestInfo | URL, init?: RequestInit): Promise<Response> {
    const request = new Request(
      input instanceof Request ? input : new URL(String(input), 'https://app.test/'),
      init,
    )
    const { origin, pathname } = new URL(request.url)
    const { method, url, headers, credentials, keepalive } = request
    const name = `${method} ${pathname}`
    const call = { name, url, headers, credentials, keepalive, body: await request.text() }
    calls.push(call)
    await new Promise<void>((resolve) => void clock.startTimer(resolve, delay))
    const mayUseCookies = credentials === 'include' || origin === 'https://app.test'
    const response = instead.get(name)?.() ?? backend.answer(call, mayUseCookies ? jar : createJar())
    if (!response.headers.has('Date')) response.headers.set('Date', new Date(serverNow()).toUTCString())
    return response
  }

  // Sign-outs that are functions, and the app's own login, use the global one.
  vi.stubGlobal('fetch', serve)
  onTestFinished(() => void vi.unstubAllGlobals())

  return {
    backend,
    jar,
    calls,
    callsTo: (name) => calls.filter((call) => call.name === name),
    instead,
    openTab() {
      const { environment: given } = world.newTab()
      const page = { ...given.page, readCookie: (name: string) => jar.read(name) }
      const environment: Environment = { ...given, page, fetch: serve }
      const events: SessionEvent[] = []
      const session = createLiveSession(preset, environment)
      session.subscribe((event) => events.push(event))
      onTestFinished(() => session.dispose())
      return { session, events, send: createFetch(session) }
    },
    advance: (duration) => clock.advance(duration),
    now: () => clock.now().wall,
  }
}
