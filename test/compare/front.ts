import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import type { RunningServer } from '../../demo/server/node.ts'
import { createTranslator, type Dialect, type Incoming, type Reply } from './dialects.ts'
import { pageWith } from './host-page.ts'

/** A request to the API, as it came. */
export interface Hit {
  readonly path: string
  /** What stands behind the question mark. */
  readonly query: string
  readonly method: string
  /** Be it the page's or, where the token is in a cookie, the one made of that. */
  authorization: string | undefined
  readonly contentType: string | undefined
  readonly body: Buffer<ArrayBuffer>
  status: number
}

/** What the refresh endpoint does to its next callers. */
export type Trouble =
  | { readonly kind: 'status'; readonly status: number; readonly body?: string }
  | { readonly kind: 'refused' }
  /** The work is done, and the answer lost. */
  | { readonly kind: 'lost' }
  /** There never is an answer. */
  | { readonly kind: 'hangs' }

export interface FrontOptions {
  readonly dialect: Dialect
  readonly server: RunningServer
  /** The built page of the library. */
  readonly script: string
  /** By how much the clocks of its pages are wrong. */
  readonly skew: number
  /** Whether the page gets random strings instead of JWTs. */
  readonly isOpaque: boolean
}

export interface Front {
  readonly origin: string
  readonly hits: readonly Hit[]
  refreshes(): number
  /** Of those, the ones whose work is done, and that are answered now or kept. */
  worked(): number
  /** How often a page has got as far as loading its script. */
  loads(): number
  forget(): void
  /** `times` calls of the refresh endpoint; all if it is left out. */
  trouble(trouble: Trouble, times?: number): void
  mend(): void
  /** Keeps the answers to refreshes, whose work is done, until what it returns is called. */
  holdRefreshes(): () => void
  /** Keeps the answers to the calls whose query has `late`. */
  holdLate(): () => void
  /** How far the pages' clocks are ahead from now on. */
  setSkew(ms: number): void
  close(): Promise<void>
}

/** As over a network: what comes meanwhile is to meet a refresh under way. */
const refreshTakes = 300

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

function failing({ status, body = '{"code":"told_to_fail"}' }: Trouble & { kind: 'status' }): Reply {
  const type = body.startsWith('<') ? 'text/html' : 'application/json'
  return { status, headers: [['content-type', type]], body }
}

function createGate() {
  let open: (() => void) | undefined
  let opened: Promise<void> | undefined
  return {
    pass: async () => opened,
    shut() {
      opened = new Promise((resolve) => {
        open = resolve
      })
      return () => {
        opened = undefined
        open?.()
      }
    },
  }
}

/** The page, and the backend behind it: everything is seen here, and everything that goes wrong is made here. */
export async function startFront(options: FrontOptions): Promise<Front> {
  const { dialect, server, script, isOpaque } = options
  const translator = createTranslator(dialect, server)
  const hits: Hit[] = []
  let refreshes = 0
  let worked = 0
  let loads = 0
  let skew = options.skew
  let trouble: { what: Trouble; times: number } | undefined
  const refreshGate = createGate()
  const lateGate = createGate()
  const opaque = new Map<string, string>()

  function takeTrouble(): Trouble | undefined {
    if (!trouble || trouble.times === 0) return undefined
    trouble.times -= 1
    return trouble.what
  }

  /** An answer, or nothing where there is to be none. */
  async function refresh(incoming: Incoming): Promise<Reply | 'cut' | 'hangs'> {
    refreshes += 1
    const met = takeTrouble()
    if (met?.kind === 'hangs') return 'hangs'
    const taken = pause(refreshTakes)
    const reply = met ? await fail(met, incoming) : await translator.answer(incoming)
    await taken
    worked += 1
    await refreshGate.pass()
    return met?.kind === 'lost' ? 'cut' : reply
  }

  async function fail(met: Trouble, incoming: Incoming): Promise<Reply> {
    if (met.kind === 'refused') return translator.refuse()
    return met.kind === 'status' ? failing(met) : translator.answer(incoming)
  }

  async function callApi(incoming: Incoming): Promise<Reply> {
    const { url, headers, body, method } = incoming
    const authorization = headers.get('authorization') ?? undefined
    const contentType = headers.get('content-type') ?? undefined
    const query = url.search.slice(1)
    const hit: Hit = { path: url.pathname, query, method, authorization, contentType, body, status: 0 }
    hits.push(hit)
    const reply = await answerApi(incoming)
    hit.status = reply.status
    hit.authorization = headers.get('authorization') ?? undefined
    if (url.searchParams.has('late')) await lateGate.pass()
    return reply
  }

  async function answerApi(incoming: Incoming): Promise<Reply> {
    const { pathname } = incoming.url
    const type: [string, string] = ['content-type', 'application/json']
    const challenge: [string, string] = ['www-authenticate', 'Bearer error="invalid_token"']
    if (pathname === '/api/never') return { status: 401, headers: [type, challenge], body: '{}' }
    if (pathname !== '/api/empty') return translator.answer(incoming)
    const me = new URL('/api/me', incoming.url)
    const standing = await translator.answer({ ...incoming, url: me, method: 'GET' })
    return standing.status === 200 ? { status: 204, headers: [], body: '' } : standing
  }

  function disguise(reply: Reply): Reply {
    if (!isOpaque || !reply.body.includes('"access_token"')) return reply
    const body = JSON.parse(reply.body) as { access_token: string }
    const name = crypto.randomUUID()
    opaque.set(name, body.access_token)
    return { ...reply, body: JSON.stringify({ ...body, access_token: name }) }
  }

  function reveal(headers: Headers): void {
    const [, name = ''] = headers.get('authorization')?.split(' ') ?? []
    const token = opaque.get(name)
    if (token) headers.set('authorization', `Bearer ${token}`)
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', `http://${request.headers.host}`)
    if (url.pathname === '/assets/page.js') {
      loads += 1
      response.writeHead(200, { 'content-type': 'text/javascript' }).end(await readFile(script))
      return
    }
    if (!/^\/(auth|api)\//.test(url.pathname)) {
      response
        .writeHead(200, { 'content-type': 'text/html', 'cache-control': 'no-store' })
        .end(pageWith(skew))
      return
    }
    const given = Object.entries(request.headersDistinct).map(([name, all]) => [name, all?.join(', ') ?? ''])
    const headers = new Headers(given as [string, string][])
    for (const name of ['connection', 'content-length', 'transfer-encoding']) headers.delete(name)
    reveal(headers)
    const body = Buffer.from(await buffer(request))
    const incoming = { method: request.method ?? 'GET', url, headers, body }
    const reply = translator.isRefresh(incoming) ? await refresh(incoming) : await callApi(incoming)
    if (reply === 'hangs') return
    if (reply === 'cut') {
      response.destroy()
      return
    }
    const { status, headers: told, body: text } = disguise(reply)
    for (const [name, value] of told) response.appendHeader(name, value)
    response.writeHead(status).end(status === 204 ? undefined : text)
  }

  const listening = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      console.error(error)
      response.destroy()
    })
  })
  // Browsers by themselves repeat a request that broke on a connection used before: then no loss would show.
  listening.maxRequestsPerSocket = 1
  listening.listen(0, '127.0.0.1')
  await once(listening, 'listening')

  return {
    origin: `http://localhost:${(listening.address() as AddressInfo).port}`,
    hits,
    refreshes: () => refreshes,
    worked: () => worked,
    loads: () => loads,
    forget() {
      refreshes = 0
      worked = 0
      hits.length = 0
    },
    trouble(what, times = Infinity) {
      trouble = { what, times }
    },
    mend() {
      trouble = undefined
    },
    holdRefreshes: refreshGate.shut,
    holdLate: lateGate.shut,
    setSkew(ms) {
      skew = ms
    },
    async close() {
      listening.close()
      listening.closeAllConnections()
    },
  }
}
