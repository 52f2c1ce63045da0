import { getRequestListener } from '@hono/node-server'
import express, { type Express } from 'express'
import type { App } from '../app.ts'
import { createHandler } from '../host/handler.ts'

export function createExpressApp(backend: App): Express {
  const app = express()
  const handle = createHandler(backend)
  const listener = getRequestListener(
    (request, { incoming }) => handle(request, incoming.socket.remoteAddress),
    { overrideGlobalObjects: false },
  )

  // Before any body parser: the backend reads the body itself. `all`, because `use` would cut the path.
  app.all(['/auth/{*path}', '/.well-known/jwks.json'], listener)

  app.get('/orders', async (request, response) => {
    const access = await backend.authorize(request.headers.authorization)
    if (!access.valid) {
      response.status(access.status).set(access.headers).json({ code: access.code })
      return
    }
    response.json({ orders: [], user: access.userId })
  })
  return app
}
