import type { TestClock } from '../../src/testing/test-clock.ts'
import { json, unauthorized } from '../helpers/fake-server.ts'
import { makeJwt } from '../helpers/jwt.ts'
import type { Random } from '../helpers/random.ts'

export type Mood = 'fair' | 'slow' | 'busy' | 'broken' | 'lossy' | 'suspicious'

/** The server of a long life: it remembers nothing that is over, so that whatever grows is not its own. */
export interface Backend {
  readonly fetch: (input: RequestInfo | URL, init?: RequestInit) => Promise<Response>
  /** How it treats refreshes and calls from now on. */
  mood: Mood
  /** The user of the refresh cookie; undefined if there is none. */
  cookie: string | undefined
  /** What the readable companion of the refresh cookie says. */
  readonly hint: string | undefined
  readonly refreshes: number
  /** Requests under way. */
  readonly underWay: number
  /** Tokens that it still accepts. */
  readonly tokens: number
  expireAll(): void
  issue(user: string): { access_token: string; expires_in: number }
}

export interface BackendParts {
  readonly clock: TestClock
  readonly random: Random
  /** How long access tokens live, in milliseconds. */
  readonly lifetime: number
  readonly setsHint: boolean
}

const networkError = () => new TypeError('Failed to fetch')

export function createBackend({ clock, random, lifetime, setsHint }: BackendParts): Backend {
  const tokens = new Map<string, { user: string; expiresAt: number }>()
  const now = () => clock.now().monotonic
  let underWay = 0
  let serial = 0
  let refreshes = 0

  const pass = (duration: number) =>
    new Promise<void>((resolve) => {
      clock.startTimer(resolve, duration)
    })

  function sweep(): void {
    for (const [token, { expiresAt }] of tokens) if (expiresAt <= now()) tokens.delete(token)
  }

  /** What the mood has in store instead of an answer. */
  async function trouble(): Promise<Response | undefined> {
    const { mood } = backend
    if (mood === 'slow') await pass(random.below(6000))
    if (mood === 'broken' && random.chance(0.7)) throw networkError()
    const isBusy = mood === 'busy' && random.chance(0.7)
    return isBusy ? json({}, { status: 503, headers: { 'Retry-After': String(random.below(5)) } }) : undefined
  }

  async function refresh(): Promise<Response> {
    refreshes++
    const obstacle = await trouble()
    await pass(20)
    if (obstacle) return obstacle
    if (!backend.cookie) return json({ code: 'no_session' }, { status: 401 })
    serial++
    if (backend.mood === 'lossy' && random.chance(0.5)) throw networkError()
    return json(backend.issue(backend.cookie))
  }

  async function login(request: Request): Promise<Response> {
    const { user } = (await request.json()) as { user?: string }
    await pass(20)
    if (!user) return json({ code: 'invalid_credentials' }, { status: 401 })
    serial++
    backend.cookie = user
    return json(backend.issue(user))
  }

  async function logOut(): Promise<Response> {
    await pass(20)
    serial++
    backend.cookie = undefined
    return new Response(null, { status: 204 })
  }

  async function api(request: Request): Promise<Response> {
    const obstacle = random.chance(0.3) ? await trouble() : undefined
    const body = await request.text()
    await pass(1 + random.below(40))
    if (obstacle) return obstacle
    if (backend.mood === 'suspicious' && random.chance(0.3)) return unauthorized()
    if (request.url.includes('/public')) return json({ public: true })
    const token = tokens.get(request.headers.get('Authorization')?.replace('Bearer ', '') ?? '')
    return token && token.expiresAt > now() ? json({ user: token.user, body }) : unauthorized()
  }

  async function handle(request: Request): Promise<Response> {
    const { pathname } = new URL(request.url)
    if (pathname === '/auth/refresh') return refresh()
    if (pathname === '/auth/login') return login(request)
    if (pathname === '/auth/logout') return logOut()
    return api(request)
  }

  const backend: Backend = {
    async fetch(input, init) {
      const isRequest = input instanceof Request
      const signal = init?.signal ?? (isRequest ? input.signal : undefined)
      signal?.throwIfAborted()
      // Without the signal: a Request of Node's leaves its listener on it.
      const request = new Request(isRequest ? input : new URL(String(input), 'https://app.test'), {
        ...init,
        signal: null,
      })
      underWay++
      let stop: (() => void) | undefined
      const aborted = new Promise<never>((_, reject) => {
        const abort = () => reject(signal?.reason)
        signal?.addEventListener('abort', abort)
        stop = () => signal?.removeEventListener('abort', abort)
      })
      const answered = handle(request).finally(() => underWay--)
      return Promise.race([answered, aborted]).finally(stop)
    },
    mood: 'fair',
    cookie: 'alice',
    get hint() {
      return setsHint ? String(serial) : undefined
    },
    get refreshes() {
      return refreshes
    },
    get underWay() {
      return underWay
    },
    get tokens() {
      return tokens.size
    },
    expireAll: () => tokens.clear(),
    issue(user) {
      sweep()
      serial++
      const iat = Math.floor(clock.now().wall / 1000)
      const access_token = makeJwt({ sub: user, iat, exp: iat + lifetime / 1000, jti: serial })
      tokens.set(access_token, { user, expiresAt: now() + lifetime })
      return { access_token, expires_in: lifetime / 1000 }
    },
  }
  return backend
}
