import { Hono } from 'hono'
import type { AccessChecker } from '../session/access-check.ts'
import type { AppEnvironment, AppPorts } from '../session/ports.ts'
import { readBody } from './body.ts'
import { challenge, problem } from './problem.ts'

const echoLimit = 4 * 1024 * 1024
const mostItems = 1000

interface ApiEnvironment extends AppEnvironment {
  Variables: { userId: string; sessionId: string }
}

/** Stands for the application's own API: all but the first route need an access token. */
export function createApiRoutes({ store }: AppPorts, check: AccessChecker): Hono<ApiEnvironment> {
  const routes = new Hono<ApiEnvironment>()
  let echoes = 0

  routes.get('/public', (context) => context.json({ message: 'Anyone may read this.' }))

  routes.use(async (context, next) => {
    const access = await check(context.req.raw.headers.get('authorization'))
    if (!access.valid) return challenge(access.code)
    context.set('userId', access.userId)
    context.set('sessionId', access.sessionId)
    await next()
    context.header('cache-control', 'no-store')
    return undefined
  })

  routes.get('/me', async (context) => {
    const user = await store.read((records) => records.findUser(context.get('userId')))
    if (!user) return challenge('token_revoked')
    return context.json({ id: user.id, email: user.email, session: context.get('sessionId') })
  })

  routes.get('/items', (context) => {
    const wanted = context.req.query('n') ?? '10'
    const length = Number(wanted)
    if (!/^\d+$/.test(wanted) || length > mostItems) return problem(400, 'invalid_request')
    const items = Array.from({ length }, (_, index) => ({ id: index + 1, title: `Item ${index + 1}` }))
    return context.json({ items })
  })

  routes.on(['POST', 'PUT', 'PATCH', 'DELETE'], '/echo', async (context) => {
    const bytes = await readBody(context.req.raw, echoLimit)
    echoes += 1
    return context.json({
      method: context.req.method,
      contentType: context.req.header('content-type') ?? null,
      body: new TextDecoder().decode(bytes),
      length: bytes.byteLength,
      requests: echoes,
    })
  })

  return routes
}
