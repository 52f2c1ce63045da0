import { createServer, type Server } from 'node:http'
import { getRequestListener } from '@hono/node-server'
import { type Clock, systemClock } from './ambient.ts'
import { type App, createApp } from './app.ts'
import { createControl, type ServerControl } from './host/control.ts'
import { createHandler, type HandlerOptions } from './host/handler.ts'
import { startHousekeeping } from './host/housekeeping.ts'
import { createListener } from './host/listener.ts'
import { createArgon2Hasher, isCommonPassword } from './host/node-passwords.ts'
import { checkWire, refuseTunnel } from './host/wire-check.ts'
import { problem } from './routes/problem.ts'
import { seedUsers } from './seed.ts'
import { loadKeys } from './session/keys.ts'
import type { Mailer } from './session/mailer.ts'
import type { PasswordHasher } from './session/passwords.ts'
import { resolveSettings, type Settings } from './settings.ts'
import { openStore } from './store/database.ts'
import { type Store, StoreUnavailableError } from './store/store.ts'

/** All durations in milliseconds. */
export interface ServerOptions extends Partial<Omit<Settings, 'trustCaller'>>, HandlerOptions {
  /** 0 takes any free port. @default 0 */
  port?: number
  /** @default '127.0.0.1' */
  host?: string
  /** A SQLite file, ':memory:', or the `postgres://` URL of a database. @default ':memory:' */
  database?: string
  /** Add the demo users, whose passwords everybody knows. @default true */
  demoUsers?: boolean
  /** Directory of a built page to serve. @default none */
  staticRoot?: string
  /** Let tests make the server misbehave: by `control`, and anybody by /control/*. @default false */
  control?: boolean
  /** @default the database's clock, where it has one; else the system's */
  clock?: Clock
  /** @default argon2id */
  passwords?: PasswordHasher
  /** @default sends nothing */
  mailer?: Mailer
  /** A signing key is replaced when it has signed for so long. @default 30 days */
  keyLifetime?: number
  /** Seals the private keys in the database; at least 32 characters. @default they lie there in clear */
  signingKeySecret?: string | undefined
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
  /** Lets what is under way end, for two seconds at most. */
  close(): Promise<void>
}

/** Who sends a body so slowly is not a browser. */
const requestTimeout = 30_000
const closeTimeout = 2000

/** The backend on Node: SQLite or Postgres, argon2id, the demo users, and the files of the page. */
export async function startServer(options: ServerOptions = {}): Promise<RunningServer> {
  const { port = 0, host = '127.0.0.1', database = ':memory:', control: wantsControl = false } = options
  const { staticRoot, trustProxy = false, passwords = createArgon2Hasher(), onError = reportError } = options
  const { mailer, keyLifetime, signingKeySecret, demoUsers = true } = options
  const settings = resolveSettings(pickSettings(options))
  if (keyLifetime !== undefined && !(keyLifetime > 0))
    throw new TypeError('keyLifetime must be a positive number of milliseconds')
  const store = await openStore(database)
  const { clock = store.clock ?? systemClock } = options
  try {
    if (demoUsers) await seedUsers(store, passwords, { clock })
    const realKeys = await loadKeys(store, { clock, secret: signingKeySecret })
    const control = wantsControl ? createControl(realKeys) : undefined
    const keys = control?.keys ?? realKeys
    const unfinished = new Set<Promise<void>>()
    const defer = (work: Promise<void>) => {
      unfinished.add(work)
      void work.finally(() => unfinished.delete(work))
    }
    const ports = { store, keys, passwords, settings, onError, defer, isCommonPassword }
    const given = { ...(mailer && { mailer }), ...(options.clock && { clock }) }
    const app = createApp({ ...ports, ...given })
    const listener = getRequestListener(
      createListener(createHandler(app, { trustProxy }), control, staticRoot),
      {
        // Tests run this in a process whose Request and Response are not ours to replace.
        overrideGlobalObjects: false,
        errorHandler(error) {
          onError(error instanceof Error ? error : new Error(String(error)))
          return problem(500, 'internal_error')
        },
      },
    )
    const server = createServer({ requestTimeout }, checkWire(listener)).on('connect', refuseTunnel)
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen(port, host, resolve)
    })
    const stopHousekeeping = startHousekeeping({
      store,
      keys,
      clock,
      settings,
      onError,
      ...(keyLifetime && { keyLifetime }),
    })
    const address = server.address()
    const taken = typeof address === 'object' && address ? address.port : port
    return {
      url: `http://${nameHost(host)}:${taken}`,
      port: taken,
      app,
      store,
      control: control ?? withoutControl,
      async close() {
        stopHousekeeping()
        control?.close()
        await closeGently(server)
        await Promise.all(unfinished)
        await store.close()
      },
    }
  } catch (error) {
    await store.close()
    throw error
  }
}

/** What is under way gets its answer: a deployment must not lose the answers of refreshes. */
async function closeGently(server: Server): Promise<void> {
  const limit = setTimeout(() => server.closeAllConnections(), closeTimeout)
  // A connection that was busy at first stays open for the next request, which nobody would answer.
  const idle = setInterval(() => server.closeIdleConnections(), 20)
  await new Promise<void>((resolve) => server.close(() => resolve()))
  clearTimeout(limit)
  clearInterval(idle)
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
  'lifetimeJitter',
  'gracePeriod',
  'idleLifetime',
  'absoluteLifetime',
  'clockTolerance',
  'strict',
  'verification',
  'cachedFor',
  'resetLifetime',
  'rateLimits',
  'origins',
  'issuer',
  'audience',
] as const satisfies (keyof ServerOptions)[]

function pickSettings(options: ServerOptions): Partial<Settings> {
  const given = settingNames.filter((name) => options[name] !== undefined)
  return Object.fromEntries(given.map((name) => [name, options[name]]))
}

/** An outage is one line for each request that met it; what nobody expects comes with its stack. */
function reportError(error: Error): void {
  const { cause } = error
  if (!(error instanceof StoreUnavailableError)) console.error(error)
  else console.error(`${error.message}${cause instanceof Error ? `: ${cause.message}` : ''}`)
}
