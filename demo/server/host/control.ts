import { createHash } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseCookies } from '../session/cookies.ts'
import type { Keys } from '../session/keys.ts'
import { refreshCookieName } from '../session/session-cookies.ts'

/** How the server misbehaves. */
export interface Misbehaviour {
  /** Milliseconds between the work of /auth/refresh, rotation included, and its answer. @default 0 */
  refreshDelay: number
  /** Answer /auth/refresh with this status, touching nothing. @default null */
  refreshStatus: number | null
  /** How many times `refreshStatus` and `refreshBody` apply; `null` is for ever. @default null */
  refreshStatusTimes: number | null
  /** `Retry-After` of those answers, as it stands in the header: seconds or a date. @default null */
  retryAfter: number | string | null
  /** Their body, e.g. the page of a captive portal: alone it comes with status 200. @default a problem */
  refreshBody: string | null
  /** Cut the connection instead of answering /auth/refresh, after the rotation; a number counts down. */
  dropRefreshAnswers: boolean | number
  /** Milliseconds between the work of /api/* and its answer. @default 0 */
  apiDelay: number
  /** `false` sends status and headers at once and delays the body alone. @default true */
  lateHeaders: boolean
}

/** What is not named stays; `null` is back to normal, for one or for all. */
export type MisbehaviourChanges = { [Name in keyof Misbehaviour]?: Misbehaviour[Name] | null } | null

/** One request the server saw. */
export interface LogEntry {
  method: string
  /** Without the query. */
  path: string
  /** `null` until it is answered, and for ever when the answer is dropped. */
  status: number | null
  /** Epoch milliseconds. */
  at: number
  answeredAt: number | null
  authorization: boolean
  /** The first 8 characters of the SHA-256 of the access token, the refresh cookie, the cookie answered. */
  tokenHash: string | null
  cookieHash: string | null
  setCookieHash: string | null
}

/** What a test does to the server from outside. */
export interface ServerControl {
  set(changes: MisbehaviourChanges): void
  /** All access tokens issued so far answer 401 `token_expired`. */
  expireTokens(): void
  /** Every request seen since the start or the last reset, oldest first. */
  log(): LogEntry[]
  resetLog(): void
}

export interface Control extends ServerControl {
  /** Signs and verifies like the given keys, except that tokens can be made to look expired. */
  keys: Keys
  /** Answers /control/*. */
  handle(request: Request): Promise<Response>
  /** Writes the log and misbehaves around `answer`. `cut` breaks the connection. */
  around(request: Request, answer: () => Promise<Response>, cut: () => void): Promise<Response>
  /** Ends all delays. */
  close(): void
}

const wellBehaved: Misbehaviour = {
  refreshDelay: 0,
  refreshStatus: null,
  refreshStatusTimes: null,
  retryAfter: null,
  refreshBody: null,
  dropRefreshAnswers: false,
  apiDelay: 0,
  lateHeaders: true,
}

/** Not part of the backend: its /control/* must never be where others can reach it. */
export function createControl(realKeys: Keys): Control {
  const closing = new AbortController()
  const delay = (ms: number) => sleep(ms, undefined, { signal: closing.signal }).catch(() => undefined)
  let misbehaviour = { ...wellBehaved }
  let log: LogEntry[] = []
  /** Tokens issued since all were made to expire; `null` while that never happened. */
  let fresh: Set<string> | null = null

  const keys: Keys = {
    ...realKeys,
    sign(claims) {
      fresh?.add(claims.jti)
      return realKeys.sign(claims)
    },
    async verify(token, expectation) {
      const claims = await realKeys.verify(token, expectation)
      return !fresh || fresh.has(claims.jti) ? claims : { ...claims, exp: 0 }
    },
  }

  const control: ServerControl = {
    set(changes) {
      const given = Object.entries(changes ?? wellBehaved).filter(([, value]) => value !== undefined)
      const names = given.map(([name, value]) => [name, value ?? wellBehaved[name as keyof Misbehaviour]])
      misbehaviour = { ...misbehaviour, ...Object.fromEntries(names) }
    },
    expireTokens() {
      fresh = new Set()
    },
    log: () => [...log],
    resetLog() {
      log = []
    },
  }

  const actions: Record<string, (request: Request) => Promise<Response> | Response> = {
    'GET /control/log': () => Response.json({ entries: log }),
    'POST /control/reset-log': () => {
      control.resetLog()
      return new Response(null, { status: 204 })
    },
    'POST /control/expire-tokens': () => {
      control.expireTokens()
      return new Response(null, { status: 204 })
    },
    'POST /control/set': async (request) => {
      const changes: unknown = await request.json().catch(() => undefined)
      const unknown = findUnknown(changes)
      if (unknown !== undefined) return Response.json({ error: `unknown: ${unknown}` }, { status: 400 })
      control.set(changes as MisbehaviourChanges)
      return Response.json(misbehaviour)
    },
    'POST /control/reset': () => {
      control.set(null)
      return Response.json(misbehaviour)
    },
  }

  function refuse(): Response | undefined {
    const { refreshStatus, refreshStatusTimes, refreshBody, retryAfter } = misbehaviour
    if ((refreshStatus === null && refreshBody === null) || refreshStatusTimes === 0) return undefined
    if (refreshStatusTimes !== null) misbehaviour.refreshStatusTimes = refreshStatusTimes - 1
    const status = refreshStatus ?? 200
    const body = refreshBody ?? JSON.stringify({ title: 'Told to fail', status, code: 'told_to_fail' })
    const headers = new Headers({ 'cache-control': 'no-store', 'content-type': guessType(body) })
    if (retryAfter !== null) headers.set('retry-after', String(retryAfter))
    const empty = status === 204 || status === 205 || status === 304
    return new Response(empty ? null : body, { status, headers })
  }

  function shouldDrop(): boolean {
    const { dropRefreshAnswers } = misbehaviour
    if (typeof dropRefreshAnswers === 'number' && dropRefreshAnswers > 0)
      misbehaviour.dropRefreshAnswers = dropRefreshAnswers - 1
    return Boolean(dropRefreshAnswers)
  }

  return {
    ...control,
    keys,
    async handle(request) {
      const action = actions[`${request.method} ${new URL(request.url).pathname}`]
      return action ? action(request) : new Response(null, { status: 404 })
    },
    async around(request, answer, cut) {
      const entry = describeRequest(request)
      log.push(entry)
      const refreshing = entry.method === 'POST' && entry.path === '/auth/refresh'
      const response = (refreshing && refuse()) || (await answer())
      entry.setCookieHash = findSetCookieHash(response.headers)
      // Read after the answer was made, so that a test may change its mind meanwhile.
      const { refreshDelay, apiDelay, lateHeaders } = misbehaviour
      const ms = refreshing ? refreshDelay : entry.path.startsWith('/api/') ? apiDelay : 0
      if (ms > 0 && lateHeaders) await delay(ms)
      if (refreshing && shouldDrop()) {
        cut()
        return response
      }
      entry.status = response.status
      entry.answeredAt = Date.now()
      return ms > 0 && !lateHeaders ? delayBody(response, () => delay(ms)) : response
    },
    close: () => closing.abort(),
  }
}

/** The name of what `changes` has and a misbehaviour has not, or why it is no set of changes at all. */
function findUnknown(changes: unknown): string | undefined {
  if (changes === null) return undefined
  if (typeof changes !== 'object' || Array.isArray(changes)) return 'the body is not a JSON object'
  return Object.keys(changes).find((name) => !Object.hasOwn(wellBehaved, name))
}

function describeRequest({ method, url, headers }: Request): LogEntry {
  const authorization = headers.get('authorization')
  const cookies = parseCookies(headers.get('cookie') ?? '')
  return {
    method,
    path: new URL(url).pathname,
    status: null,
    at: Date.now(),
    answeredAt: null,
    authorization: authorization !== null,
    tokenHash: shortHash(authorization?.replace(/^\S+\s+/, '')),
    cookieHash: shortHash(cookies.get(refreshCookieName(false))),
    setCookieHash: null,
  }
}

function findSetCookieHash(headers: Headers): string | null {
  const name = `${refreshCookieName(false)}=`
  const line = headers.getSetCookie().find((cookie) => cookie.startsWith(name))
  return shortHash(line?.slice(name.length).split(';')[0])
}

// Not in a promise as elsewhere: the log has the order of arrival, and a request is in it at once.
function shortHash(secret: string | undefined): string | null {
  return secret ? createHash('sha256').update(secret).digest('hex').slice(0, 8) : null
}

function guessType(body: string): string {
  if (body.startsWith('<')) return 'text/html; charset=utf-8'
  return /^[[{]/.test(body) ? 'application/json' : 'text/plain; charset=utf-8'
}

function delayBody(response: Response, wait: () => Promise<void>): Response {
  const body = new ReadableStream({
    async start(controller) {
      await wait()
      controller.enqueue(new Uint8Array(await response.arrayBuffer()))
      controller.close()
    },
  })
  return new Response(body, response)
}
