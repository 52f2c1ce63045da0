import { Hono } from 'hono'
import { cors } from 'hono/cors'
import { type Clock, type Random, systemClock, systemRandom } from './ambient.ts'
import { createApiRoutes } from './api-routes.ts'
import { createAuthRoutes } from './auth-routes.ts'
import { BodyError } from './body.ts'
import type { Cookies } from './cookies.ts'
import type { Keys } from './keys.ts'
import type { PasswordHasher } from './passwords.ts'
import type { AppEnvironment, AppPorts } from './ports.ts'
import { problem } from './problem.ts'
import { resolveSettings, type Settings } from './settings.ts'
import { type Store, StoreUnavailableError } from './store.ts'

export interface AppOptions {
  store: Store
  keys: Keys
  passwords: PasswordHasher
  clock?: Clock
  random?: Random
  settings?: Partial<Settings>
  /** Told about every error that is answered with 500 or 503. @default nobody */
  onError?: (error: Error) => void
}

export interface App {
  fetch(request: Request, cookies: Cookies): Promise<Response>
}

/** The whole backend as one function. It knows no platform: the same in a page and on Node. */
export function createApp(options: AppOptions): App {
  const { store, keys, passwords, clock = systemClock, random = systemRandom, onError } = options
  const settings = resolveSettings(options.settings ?? {})
  const ports: AppPorts = { store, keys, passwords, clock, random, settings }
  const app = new Hono<AppEnvironment>()

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
  app.route('/auth', createAuthRoutes(ports))
  app.route('/api', createApiRoutes(ports))
  app.get('/.well-known/jwks.json', (context) =>
    context.json(keys.jwks(), 200, { 'cache-control': 'public, max-age=300' }),
  )
  app.notFound(() => problem(404, 'not_found'))
  app.onError((error) => {
    if (error instanceof BodyError) return error.toResponse()
    onError?.(error)
    // Never a 401: that the database is busy says nothing about the session.
    if (error instanceof StoreUnavailableError) return problem(503, 'unavailable', { 'retry-after': '1' })
    return problem(500, 'internal_error')
  })

  return { fetch: async (request, cookies) => app.fetch(request, cookies) }
}
