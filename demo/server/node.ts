import type { IncomingMessage, ServerResponse } from 'node:http'
import { createAdaptorServer } from '@hono/node-server'
import { type Clock, systemClock } from './ambient.ts'
import { type App, createApp } from './app.ts'
import { type Control, createControl, type ServerControl } from './control.ts'
import { createHeaderCookies } from './cookies.ts'
import { loadKeys } from './keys.ts'
import { createArgon2Hasher } from './node-passwords.ts'
import type { PasswordHasher } from './passwords.ts'
import { problem } from './problem.ts'
import { seedUsers } from './seed.ts'
import { resolveSettings, type Settings } from './settings.ts'
import { createSqliteStore } from './sqlite-store.ts'
import { createStaticFiles } from './static-files.ts'
import type { Store } from './store.ts'

/** All durations in milliseconds. */
export interface ServerOptions extends Partial<Omit<Settings, 'trustCaller'>> {
  /** 0 takes any free port. @default 0 */
  port?: number
  /** @default '127.0.0.1' */
  host?: string
  /** A SQLite file, or ':memory:'. @default ':memory:' */
  database?: string
  /** Directory of a built page to serve. @default none */
  staticRoot?: string
  /** Let tests make the server misbehave: by `control`, and anybody by /control/*. @default false */
  control?: boolean
  clock?: Clock
  /** @default argon2id */
  passwords?: PasswordHasher
  /** Told about every error that is answered with 500 or 503. @default writes to stderr */
  onError?: (error: Error) => void
}

export interface RunningServer {
  /** Without a slash at the end. */
  url: string
  port: number
  app: App
  store: Store
  /** Throws unless the server was started with `control: true`. */
  control: ServerControl
  /** Ends open connections too. */
  close(): Promise<void>
}

const hour = 60 * 60 * 1000
const keepEnded = 24 * hour

/** The backend on Node: SQLite, argon2id, the demo users, and the files of the page. */
export async function startServer(options: ServerOptions = {}): Promise<RunningServer> {
  const { port = 0, host = '127.0.0.1', database = ':memory:', control: wantsControl = false } = options
  const { staticRoot, clock = systemClock, passwords = createArgon2Hasher(), onError = reportError } = options
  const settings = resolveSettings(pickSettings(options))
  const store = createSqliteStore(database)
  try {
    await seedUsers(store, passwords)
    const keys = await loadKeys(store, clock)
    const control = wantsControl ? createControl(keys) : undefined
    const app = createApp({ store, keys: control?.keys ?? keys, passwords, clock, settings, onError })
    const server = createAdaptorServer({
      fetch: createListener(app, control, staticRoot),
      // Tests run this in a process whose Request and Response are not ours to replace.
      overrideGlobalObjects: false,
    })
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen(port, host, resolve)
    })
    const sweep = () => {
      const now = clock()
      store.write((records) => records.sweep(now - settings.gracePeriod, now - keepEnded)).catch(onError)
    }
    sweep()
    const housekeeping = setInterval(sweep, hour).unref()
    const address = server.address()
    const taken = typeof address === 'object' && address ? address.port : port
    return {
      url: `http://${nameHost(host)}:${taken}`,
      port: taken,
      app,
      store,
      control: control ?? withoutControl,
      async close() {
        clearInterval(housekeeping)
        control?.close()
        await new Promise<void>((resolve) => {
          server.close(() => resolve())
          if ('closeAllConnections' in server) server.closeAllConnections()
        })
        await store.close()
      },
    }
  } catch (error) {
    await store.close()
    throw error
  }
}

interface NodeBindings {
  incoming: IncomingMessage
  outgoing: ServerResponse
}

function createListener(app: App, control: Control | undefined, staticRoot?: string) {
  const findFile = staticRoot === undefined ? undefined : createStaticFiles(staticRoot)

  async function answer(request: Request): Promise<Response> {
    const { pathname } = new URL(request.url)
    if (!/^\/(auth|api|\.well-known)\//.test(pathname)) {
      return (await findFile?.(request)) ?? problem(404, 'not_found')
    }
    const cookies = createHeaderCookies(request.headers.get('cookie'))
    const response = await app.fetch(request, cookies)
    const headers = new Headers(response.headers)
    for (const cookie of cookies.written) headers.append('set-cookie', cookie)
    return new Response(response.body, { status: response.status, headers })
  }

  return async (request: Request, bindings: unknown): Promise<Response> => {
    if (!control) return answer(request)
    if (new URL(request.url).pathname.startsWith('/control/')) return control.handle(request)
    const { outgoing } = bindings as NodeBindings
    return control.around(
      request,
      () => answer(request),
      () => outgoing.destroy(),
    )
  }
}

/** By name where it has one: cookies belong to `localhost`, and browsers trust it like https. */
function nameHost(host: string): string {
  if (host === '127.0.0.1' || host === '::1') return 'localhost'
  return host.includes(':') ? `[${host}]` : host
}

const withoutControl: ServerControl = {
  set: refuseControl,
  expireTokens: refuseControl,
  log: refuseControl,
  resetLog: refuseControl,
}

function refuseControl(): never {
  throw new Error('start the server with `control: true` to control it')
}

const settingNames = [
  'accessTokenLifetime',
  'gracePeriod',
  'idleLifetime',
  'absoluteLifetime',
  'clockTolerance',
  'strict',
  'origins',
  'issuer',
  'audience',
] as const satisfies (keyof ServerOptions)[]

function pickSettings(options: ServerOptions): Partial<Settings> {
  const given = settingNames.filter((name) => options[name] !== undefined)
  return Object.fromEntries(given.map((name) => [name, options[name]]))
}

function reportError(error: Error): void {
  console.error(error)
}
