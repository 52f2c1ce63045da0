import { getConnInfo } from '@hono/node-server/conninfo'
import { Hono } from 'hono'
import type { App } from '../app.ts'
import { createHandler } from '../host/handler.ts'

export function createHonoApp(backend: App): Hono {
  const app = new Hono()
  const handle = createHandler(backend)

  app.all('/auth/*', (context) => handle(context.req.raw, getConnInfo(context).remote.address))
  app.get('/.well-known/jwks.json', (context) => handle(context.req.raw))

  app.get('/orders', async (context) => {
    const access = await backend.authorize(context.req.header('authorization'))
    if (access.valid) return context.json({ orders: [], user: access.userId })
    return context.json({ code: access.code }, access.status, access.headers)
  })
  return app
}
