import type { App } from '../app.ts'
import { createHandler } from '../host/handler.ts'

/**
 * `app/auth/[...path]/route.ts` and `app/.well-known/jwks.json/route.ts` export these. `trustProxy` is for platforms
 * that set `X-Forwarded-For` themselves; give `createApp` their `waitUntil` as `defer`.
 */
export function createAuthRoute(backend: App) {
  const handle = createHandler(backend, { trustProxy: true })
  const route = (request: Request) => handle(request)
  return { GET: route, HEAD: route, POST: route, DELETE: route, OPTIONS: route }
}

/** `app/orders/route.ts` exports this. */
export function createOrdersRoute(backend: App) {
  const GET = async (request: Request) => {
    const access = await backend.authorize(request.headers.get('authorization'))
    if (access.valid) return Response.json({ orders: [], user: access.userId })
    return Response.json({ code: access.code }, { status: access.status, headers: access.headers })
  }
  return { GET }
}
