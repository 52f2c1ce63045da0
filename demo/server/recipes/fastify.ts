import { getRequestListener } from '@hono/node-server'
import createFastify, { type FastifyInstance } from 'fastify'
import type { App } from '../app.ts'
import { createHandler } from '../host/handler.ts'

export function createFastifyApp(backend: App): FastifyInstance {
  const app = createFastify()
  const handle = createHandler(backend)
  const listener = getRequestListener(
    (request, { incoming }) => handle(request, incoming.socket.remoteAddress),
    { overrideGlobalObjects: false },
  )

  // A context of its own, where nobody parses bodies: the backend reads them itself.
  app.register(async (auth) => {
    auth.removeAllContentTypeParsers()
    auth.addContentTypeParser('*', (_request, _payload, done) => done(null))
    for (const path of ['/auth/*', '/.well-known/jwks.json']) {
      auth.all(path, async (request, reply) => {
        reply.hijack()
        await listener(request.raw, reply.raw)
      })
    }
  })

  app.get('/orders', async (request, reply) => {
    const access = await backend.authorize(request.headers.authorization)
    if (access.valid) return { orders: [], user: access.userId }
    return reply.code(access.status).headers(access.headers).send({ code: access.code })
  })
  return app
}
