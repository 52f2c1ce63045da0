import { createCookieLedger, type Rotation } from './cookie-ledger.ts'
import type { FakeClock } from './fake-clock.ts'
import { makeJwt } from './jwt.ts'

/** One request as the server saw it. */
export interface Hit {
  readonly method: string
  readonly url: URL
  readonly headers: Headers
  readonly authorization: string | null
  readonly body: string
  readonly init: RequestInit
  /** The wall clock at its arrival. */
  readonly at: number
}

export interface FakeServer {
  /** `isThere` tells whether the page that sent it still is; without it, only keepalive requests bring cookies. */
  readonly fetch: (input: RequestInfo | URL, init?: RequestInit, isThere?: () => boolean) => Promise<Response>
  /** All requests but those to the auth endpoints. */
  readonly hits: Hit[]
  readonly refreshes: Hit[]
  readonly signOuts: Hit[]
  readonly logins: Hit[]
  /** The user of the refresh cookie in the browser's jar; undefined if there is none. */
  cookie: string | undefined
  /** Whether a refresh with it would be granted, if it has not been spent. */
  readonly isAlive: boolean
  /** Ends the session of the cookie in the jar, without telling anybody. */
  endSession(): void
  /** How spent refresh cookies are judged; they may be used again and again unless this says otherwise. */
  rotation: Rotation
  /** Whether it sets the readable companion of the refresh cookie, and what that says. */
  setsHint: boolean
  readonly hint: string | undefined
  /** Sessions that were ended because a spent cookie was presented. */
  readonly reuses: number
  /** So many of the next refreshes are done, and their answers lost on the way. */
  lostAnswers: number
  /** How long the access tokens live from now on, in milliseconds. */
  lifetime: number
  /** How long a refresh, and any other call, takes. */
  refreshDelay: number
  delay: number
  /** What the server's clock is ahead of the client's. */
  clockOffset: number
  /** Answers refreshes and API calls instead of the server; undefined leaves it to the server. */
  onRefresh: ((hit: Hit) => Response | undefined | Promise<Response | undefined>) | undefined
  onApi: ((hit: Hit) => Response | undefined | Promise<Response | undefined>) | undefined
  /** Whether access tokens say nothing about themselves from now on. */
  isOpaque: boolean
  /** Accepts no access token issued so far. */
  expireAll(): void
  /** Who an `Authorization` header speaks for, accepted or not. */
  ownerOf(authorization: string | null): string | undefined
  issue(user: string): { access_token: string; token_type: 'Bearer'; expires_in: number }
}

export const json = (body: unknown, init?: ResponseInit) => Response.json(body, init)

export const unauthorized = () =>
  json(
    { code: 'token_expired' },
    { status: 401, headers: { 'WWW-Authenticate': 'Bearer error="invalid_token"' } },
  )

interface Issued {
  readonly user: string
  readonly expiresAt: number
}

/** A backend with rotation on the far side of `fetch`, on the same fake clock, with one browser's cookie jar. */
export function createFakeServer(clock: FakeClock): FakeServer {
  const tokens = new Map<string, Issued>()
  const owners = new Map<string, string>()
  const now = () => clock.now().monotonic
  const ledger = createCookieLedger(now)
  ledger.jar = ledger.begin('alice')

  function pass(duration: number): Promise<void> {
    return duration > 0
      ? new Promise((resolve) => {
          clock.startTimer(resolve, duration)
        })
      : Promise.resolve()
  }

  async function refresh(hit: Hit, isThere: () => boolean): Promise<Response> {
    server.refreshes.push(hit)
    const presented = ledger.jar
    const own = await server.onRefresh?.(hit)
    const rotated = own ? undefined : ledger.present(presented)
    const isLost = rotated !== undefined && server.lostAnswers > 0
    if (isLost) server.lostAnswers--
    await pass(server.refreshDelay)
    if (own) return own
    if (isLost) throw new TypeError('Failed to fetch')
    if (rotated === undefined) return json({ code: 'no_session' }, { status: 401 })
    // The answer brings the rotated cookie, whoever has signed in or out meanwhile.
    if (hit.init.keepalive || isThere()) ledger.jar = rotated
    return json(server.issue(rotated.user))
  }

  async function handle(hit: Hit, isThere: () => boolean): Promise<Response> {
    const { pathname } = hit.url
    if (pathname === '/auth/refresh') return refresh(hit, isThere)
    if (pathname === '/auth/logout') {
      server.signOuts.push(hit)
      ledger.revoke(ledger.jar)
      await pass(server.delay)
      ledger.jar = undefined
      return new Response(null, { status: 204 })
    }
    if (pathname === '/auth/login') {
      server.logins.push(hit)
      await pass(server.delay)
      const { user } = JSON.parse(hit.body) as { user?: string }
      if (!user) return json({ code: 'invalid_credentials' }, { status: 401 })
      if (hit.init.keepalive || isThere()) server.cookie = user
      return json(server.issue(user))
    }
    server.hits.push(hit)
    const own = await server.onApi?.(hit)
    await pass(server.delay)
    if (own) return own
    if (pathname.startsWith('/public')) return json({ public: true })
    const issued = tokens.get(hit.authorization?.replace('Bearer ', '') ?? '')
    if (!issued || issued.expiresAt <= now()) return unauthorized()
    return json({ user: issued.user, path: pathname, body: hit.body })
  }

  const server: FakeServer = {
    async fetch(input, init, isThere = () => true) {
      const signal = init?.signal ?? (input instanceof Request ? input.signal : undefined)
      // Without the signal: a Request of Node's leaves its listener on it.
      const request = new Request(
        input instanceof Request ? input : new URL(String(input), 'https://app.test'),
        init instanceof Request ? init : ({ __proto__: null, ...init, signal: null } as RequestInit),
      )
      signal?.throwIfAborted()
      const hit: Hit = {
        method: request.method,
        url: new URL(request.url),
        headers: request.headers,
        authorization: request.headers.get('Authorization'),
        body: await request.clone().text(),
        init: init ?? {},
        at: clock.now().wall,
      }
      let stopListening: (() => void) | undefined
      const aborted = new Promise<never>((_, reject) => {
        const abort = () => reject(signal?.reason)
        signal?.addEventListener('abort', abort)
        stopListening = () => signal?.removeEventListener('abort', abort)
      })
      return Promise.race([handle(hit, isThere), aborted]).finally(stopListening)
    },
    hits: [],
    refreshes: [],
    signOuts: [],
    logins: [],
    get cookie() {
      return ledger.jar?.user
    },
    set cookie(user) {
      ledger.jar = user === undefined ? undefined : ledger.begin(user)
    },
    get isAlive() {
      return ledger.isAlive(ledger.jar)
    },
    endSession: () => ledger.revoke(ledger.jar),
    get rotation() {
      return ledger.rotation
    },
    set rotation(rotation) {
      ledger.rotation = rotation
    },
    setsHint: false,
    get hint() {
      return server.setsHint ? ledger.hint : undefined
    },
    get reuses() {
      return ledger.reuses
    },
    lostAnswers: 0,
    lifetime: 60_000,
    refreshDelay: 50,
    delay: 10,
    clockOffset: 0,
    onRefresh: undefined,
    onApi: undefined,
    isOpaque: false,
    ownerOf: (authorization) => owners.get(authorization?.replace('Bearer ', '') ?? ''),
    expireAll: () => tokens.clear(),
    issue(user) {
      const iat = Math.floor((clock.now().wall + server.clockOffset) / 1000)
      const expires_in = server.lifetime / 1000
      const access_token = server.isOpaque
        ? `opaque-${owners.size}`
        : makeJwt({ sub: user, iat, exp: iat + expires_in })
      owners.set(access_token, user)
      tokens.set(access_token, { user, expiresAt: now() + server.lifetime })
      return { access_token, token_type: 'Bearer', expires_in }
    },
  }
  return server
}
