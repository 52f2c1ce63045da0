import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { createServer, type RequestListener, type Server } from 'node:http'
import { createAdaptorServer } from '@hono/node-server'
import { expect, it, onTestFinished } from 'vitest'
import type { App } from '../../demo/server/app.ts'
import { createBackend as createWholeBackend } from '../../demo/server/recipes/backend.ts'
import { createExpressApp } from '../../demo/server/recipes/express.ts'
import { createFastifyApp } from '../../demo/server/recipes/fastify.ts'
import { createHonoApp } from '../../demo/server/recipes/hono.ts'
import { createAuthRoute, createOrdersRoute } from '../../demo/server/recipes/next.ts'
import { noMailer } from '../../demo/server/session/mailer.ts'
import { createBackend, minute, stores, type TokenAnswer } from './backend.ts'
import { post, readCookie } from './server.ts'

/** Next calls the exported function of the route, by method. */
function serveRoutes(backend: App): Server {
  const auth = createAuthRoute(backend)
  const orders = createOrdersRoute(backend)
  return createAdaptorServer({
    overrideGlobalObjects: false,
    fetch: async (request: Request) => {
      const route: Partial<Record<string, (request: Request) => Promise<Response>>> =
        new URL(request.url).pathname === '/orders' ? orders : auth
      return route[request.method]?.(request) ?? new Response(null, { status: 405 })
    },
  }) as Server
}

const frameworks: [string, (backend: App) => Promise<Server>][] = [
  ['Express', async (backend) => createServer(createExpressApp(backend) as RequestListener)],
  [
    'Fastify',
    async (backend) => {
      const app = createFastifyApp(backend)
      onTestFinished(() => app.close())
      await app.ready()
      return app.server
    },
  ],
  [
    'Hono',
    async (backend) =>
      createAdaptorServer({ fetch: createHonoApp(backend).fetch, overrideGlobalObjects: false }) as Server,
  ],
  ['Next', async (backend) => serveRoutes(backend)],
]

it.each(frameworks)('lives inside an app made with %s', async (_name, serve) => {
  const store = await stores[0]!.create()
  const { app: backend, clock } = await createBackend(store)
  const server = await serve(backend)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  const address = server.address()
  const url = `http://localhost:${typeof address === 'object' ? address?.port : 0}`
  const orders = (token: string) => fetch(`${url}/orders`, { headers: { authorization: `Bearer ${token}` } })

  const body = { email: 'demo@example.com', password: 'correct horse' }
  const login = await post({ url }, '/auth/login', '', body)
  expect(login.status).toBe(200)
  const { access_token: token, session } = (await login.json()) as TokenAnswer
  expect(await (await orders(token)).json()).toEqual({ orders: [], user: session.sub })

  clock.advance(minute)
  const refresh = await post({ url }, '/auth/refresh', readCookie(login))
  expect([refresh.status, readCookie(refresh)]).toEqual([200, expect.stringMatching(/^sr_rt=.{43}$/)])
  expect((await post({ url }, '/auth/logout', readCookie(refresh))).status).toBe(204)

  const refused = await orders(token)
  expect(refused.status).toBe(401)
  expect(refused.headers.get('www-authenticate')).toContain('error_description="revoked"')
  expect(await refused.json()).toEqual({ code: 'token_revoked' })

  await store.close()
  const unavailable = await orders(token)
  expect([unavailable.status, unavailable.headers.get('retry-after')]).toEqual([503, '1'])
})

it.each(['express', 'fastify', 'hono', 'next'])(
  'is shown in its README as the file %s.ts has it',
  async (name) => {
    const read = (path: string) => readFile(new URL(`../../demo/server/${path}`, import.meta.url), 'utf8')
    expect(await read('README.md')).toContain(await read(`recipes/${name}.ts`))
  },
)

it('protects a route of your own, and says when it cannot', async () => {
  const backend = await createWholeBackend({ database: ':memory:', mailer: noMailer })
  expect(await backend.authorize(undefined)).toEqual({
    valid: false,
    status: 401,
    code: 'token_missing',
    headers: { 'www-authenticate': 'Bearer realm="api"' },
  })
  await backend.close()
})
