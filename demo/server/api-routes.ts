import { Hono } from 'hono'
import { checkAccessToken } from './access-tokens.ts'
import { readBody } from './body.ts'
import type { AppEnvironment, AppPorts } from './ports.ts'
import { challenge, problem } from './problem.ts'
import type { Session, User } from './store.ts'

const echoLimit = 4 * 1024 * 1024
const mostItems = 1000

interface ApiEnvironment extends AppEnvironment {
  Variables: { user: User; session: Session }
}

export function createApiRoutes(ports: AppPorts): Hono<ApiEnvironment> {
  const routes = new Hono<ApiEnvironment>()
  let echoes = 0

  routes.get('/public', (context) => context.json({ message: 'Anyone may read this.' }))

  routes.use(async (context, next) => {
    const check = await checkAccessToken(context.req.raw.headers.get('authorization'), ports)
    if (!check.valid) return challenge(check.code)
    context.set('user', check.user)
    context.set('session', check.session)
    await next()
    context.header('cache-control', 'no-store')
    return undefined
  })

  routes.get('/me', (context) => {
    const { id, email } = context.get('user')
    return context.json({ id, email, session: context.get('session').id })
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
