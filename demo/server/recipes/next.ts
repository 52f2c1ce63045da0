import type { App } from '../app.ts'
import { createHandler } from '../host/handler.ts'

/** `app/auth/[...path]/route.ts` exports these; on a platform of your own set `trustProxy` as it deserves. */
export function createAuthRoute(backend: App) {
  const handle = createHandler(backend, { trustProxy: true })
  const route = (request: Request) => handle(request)
  return { GET: route, POST: route, DELETE: route }
}

/** `app/orders/route.ts` exports this. */
export function createOrdersRoute(backend: App) {
  const GET = async (request: Request) => {
    const access = await backend.authorize(request.headers.get('authorization'))
    if (access.valid) return Response.json({ orders: [], user: access.userId })
    return Response.json(
      { code: access.code },
      { status: 401, headers: { 'WWW-Authenticate': access.challenge } },
    )
  }
  return { GET }
}
