import { Hono } from 'hono'
import { cors } from 'hono/cors'
import { secureHeaders } from 'hono/secure-headers'
import { type Clock, monotonicClock, type Random, systemClock, systemRandom } from './ambient.ts'
import { createApiRoutes } from './routes/api-routes.ts'
import { createAuthEndpoints } from './routes/auth-routes.ts'
import { BodyError } from './routes/body.ts'
import { type AppContext, isSecure, isTrustworthy } from './routes/context.ts'
import { addPost } from './routes/endpoint.ts'
import { createPasswordEndpoints } from './routes/password-routes.ts'
import { describeChallenge, problem } from './routes/problem.ts'
import { addSessionRoutes } from './routes/session-routes.ts'
import { createAccessChecker, type TokenProblem } from './session/access-check.ts'
import { watchClockSteps } from './session/clock-steps.ts'
import type { Cookies } from './session/cookies.ts'
import { queueHashing } from './session/hashing-queue.ts'
import type { Keys } from './session/keys.ts'
import { createLimiter, type Limiter, noLimiter } from './session/limiter.ts'
import { type Mailer, noMailer } from './session/mailer.ts'
import type { PasswordHasher } from './session/passwords.ts'
import type { AppEnvironment, AppPorts } from './session/ports.ts'
import { resolveSettings, type Settings } from './settings.ts'
import { type Store, StoreUnavailableError } from './store/store.ts'

export interface AppOptions {
  store: Store
  keys: Keys
  passwords: PasswordHasher
  /** @default sends nothing */
  mailer?: Mailer
  /** @default the store's, else the system's */
  clock?: Clock
  /** What no setting of the clock moves. @default the machine's, or `clock` if that is given */
  monotonic?: Clock
  random?: Random
  /** @default counts in memory */
  limiter?: Limiter
  /** @default none is */
  isCommonPassword?: (password: string) => boolean
  settings?: Partial<Settings>
  /** Where a process may be stopped once it has answered: its `waitUntil`. @default nothing is needed */
  defer?: (work: Promise<void>) => void
  /** Told about every error that is answered with 500 or 503. @default nobody */
  onError?: (error: Error) => void
}

export interface App {
  /** `ip` is the address of the client, where there is one: for rate limits and the audit log. */
  fetch(request: Request, cookies: Cookies, ip?: string | null): Promise<Response>
  /** Checks an `Authorization` header, for routes of your own. Never throws: a database that is gone is a 503. */
  authorize(header: string | null | undefined): Promise<Authorization>
}

/** Whose request it is, or what to answer. */
export type Authorization =
  | { valid: true; userId: string; sessionId: string }
  | { valid: false; status: 401 | 503; code: TokenProblem | 'unavailable'; headers: Record<string, string> }

/** The whole backend as one function. It knows no platform: the same in a page and on Node. */
export function createApp(options: AppOptions): App {
  const ports = resolvePorts(options)
  const { settings, keys, onError } = ports
  const check = createAccessChecker(ports)
  const app = new Hono<AppEnvironment>()

  // Before CORS, which answers preflights by itself.
  const [onHttps, onHttp] = [createSecureHeaders(true), createSecureHeaders(false)]
  app.use((context, next) => (isSecure(context) ? onHttps : onHttp)(context, next))
  app.use(
    cors({
      origin: (origin) => (settings.origins.includes(origin) ? origin : null),
      allowMethods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
      allowHeaders: ['Authorization', 'Content-Type', 'X-Silent-Refresh'],
      // None of these is on the safelist: without it a page of another origin cannot see why it got a 401.
      exposeHeaders: ['WWW-Authenticate', 'Retry-After', 'Date'],
      credentials: true,
      maxAge: 600,
    }),
  )
  const demandHttps = async (context: AppContext, next: () => Promise<void>) =>
    isTrustworthy(context) ? next() : problem(403, 'https_required')
  app.use('/auth/*', demandHttps)
  app.use('/api/*', demandHttps)
  app.route('/auth', createAuthRoutes(ports, check))
  app.route('/api', createApiRoutes(ports, check))
  app.get('/.well-known/jwks.json', (context) =>
    context.json(keys.jwks(), 200, { 'cache-control': 'public, max-age=300' }),
  )
  app.notFound(() => problem(404, 'not_found'))
  app.onError((error) => {
    if (error instanceof BodyError) return error.toResponse()
    onError(error)
    // Never a 401: that the database is busy says nothing about the session.
    if (error instanceof StoreUnavailableError) return problem(503, 'unavailable', { 'retry-after': '1' })
    return problem(500, 'internal_error')
  })

  return {
    fetch: async (request, cookies, ip = null) => app.fetch(request, { cookies, ip }),
    authorize: async (header) => {
      try {
        const access = await check(header ?? null)
        if (access.valid) return access
        const headers = { 'www-authenticate': describeChallenge(access.code) }
        return { valid: false, status: 401, code: access.code, headers }
      } catch (error) {
        onError(error instanceof Error ? error : new Error(String(error)))
        return { valid: false, status: 503, code: 'unavailable', headers: { 'retry-after': '1' } }
      }
    },
  }
}

function createAuthRoutes(
  ports: AppPorts,
  check: ReturnType<typeof createAccessChecker>,
): Hono<AppEnvironment> {
  const routes = new Hono<AppEnvironment>()
  routes.use(async (context, next) => {
    await next()
    context.header('cache-control', 'no-store')
    context.header('vary', 'Origin, Sec-Fetch-Site')
  })
  const endpoints = { ...createAuthEndpoints(ports, check), ...createPasswordEndpoints(ports, check) }
  for (const [path, endpoint] of Object.entries(endpoints)) addPost(routes, `/${path}`, endpoint, ports)
  addSessionRoutes(routes, ports, check)
  return routes
}

function createSecureHeaders(secure: boolean) {
  return secureHeaders({
    // Nothing that this server answers is a page.
    contentSecurityPolicy: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] },
    xFrameOptions: 'DENY',
    referrerPolicy: 'no-referrer',
    strictTransportSecurity: secure && 'max-age=31536000; includeSubDomains',
  })
}

function resolvePorts(options: AppOptions): AppPorts {
  const { store, keys, mailer = noMailer, random = systemRandom } = options
  const passwords = queueHashing(options.passwords)
  const { clock = store.clock ?? systemClock, onError = () => undefined } = options
  const { monotonic = options.clock ?? monotonicClock } = options
  const settings = resolveSettings(options.settings ?? {})
  const clockStep = watchClockSteps(clock, monotonic, settings.gracePeriod)
  const { limiter = settings.rateLimits ? createLimiter(clock) : noLimiter } = options
  const { isCommonPassword = () => false, defer = () => undefined } = options
  return {
    store,
    keys,
    passwords,
    mailer,
    limiter,
    clock,
    clockStep,
    random,
    settings,
    onError,
    defer,
    isCommonPassword,
  }
}
