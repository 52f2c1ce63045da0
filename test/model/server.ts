import type { Clock } from '../../src/session/environment.ts'
import { networkError } from '../../src/testing/host.ts'
import type { Backend } from './backend.ts'
import type { Cookie, Page, Token, Truth } from './model.ts'
import type { Answer, ApiOutcome, Pending, RefreshOutcome } from './pending.ts'

const delays = { refresh: 50, login: 30, logout: 20, api: 10 }
export interface ServerParts {
  readonly clock: Clock
  readonly backend: Backend
  readonly truth: Truth
  readonly nextOrder: () => number
  /** Told of each request as it leaves the page, and of its answer as that reaches it. */
  readonly sent: (pending: Pending) => void
  readonly answered: (pending: Pending, status: number | undefined, token: Token | undefined) => void
}

export type Server = ReturnType<typeof createServer>

/** A strict backend whose answers wait for somebody to let them through, or come by themselves after a while. */
export function createServer({ clock, backend, truth, nextOrder, sent, answered }: ServerParts) {
  const pending: Pending[] = []
  /** What each page has been at: since when, and until when. */
  const turns = new Map<string, { since: number; until: number }>()
  const server = {
    pending,
    /** Whether answers wait until they are let through. */
    isHolding: false,
    /** What becomes of all refreshes, and of sign-outs, for the time being. */
    mood: undefined as RefreshOutcome | undefined,
    signOutMood: undefined as 'hang' | 503 | undefined,

    send(
      page: Page,
      url: string,
      init: RequestInit,
      isThere: () => boolean,
      isOutside: boolean,
    ): Promise<Response> {
      const target = new URL(url, 'https://app.test')
      const path = target.origin === 'https://app.test' ? target.pathname : ''
      const kind = /^\/auth\/(refresh|login|logout)$/.exec(path)?.[1] as Pending['kind'] | undefined
      if (kind === 'refresh') page.leftAt ??= clock.now()
      const startedAt = (kind === 'refresh' && page.leftAt) || clock.now()
      return new Promise((resolve, reject) => {
        const own: Pending = {
          kind: kind ?? 'api',
          page,
          method: init.method ?? 'GET',
          url: target,
          headers: new Headers(init.headers),
          body: String(init.body ?? ''),
          init,
          isThere,
          sentAt: clock.now(),
          startedAt,
          order: nextOrder(),
          presented: kind && truth.jar,
          isOutside,
          turnSince: kind && !isOutside ? turnOf(page, kind) : 0,
          isHurried: page.isLeaving,
          resolve,
          reject,
          decided: undefined,
          isHanging: false,
          isOrphan: false,
          isForgotten: false,
          stopTimer: () => {},
        }
        pending.push(own)
        init.signal?.addEventListener('abort', () => reject(init.signal?.reason))
        sent(own)
        if (!server.isHolding) arm(own)
      })
    },

    /** A page tries to send something: offline it does not get as far as here. */
    attempt(page: Page, url: string): void {
      const kind = /\/auth\/(\w+)$/.exec(url)?.[1]
      if (kind) turnOf(page, kind)
    },

    /** Answers a request: as it should be, or in another way. */
    answer(own: Pending, outcome?: RefreshOutcome | ApiOutcome): void {
      if (own.decided) {
        deliver(own, own.decided)
        return
      }
      const mood =
        own.kind === 'refresh' ? server.mood : own.kind === 'logout' ? server.signOutMood : undefined
      const what = outcome ?? mood
      own.stopTimer()
      if (what === 'hang') own.isHanging = true
      else if (what === 'broken') fail(own)
      else if (what === 'slow') own.decided = backend.decide(own, undefined)
      else if (what === 'lost') {
        backend.decide(own, undefined)
        fail(own)
      } else deliver(own, backend.decide(own, what))
    },

    hold(isHolding: boolean): void {
      server.isHolding = isHolding
      if (!isHolding) for (const each of pending) if (!each.isHanging) arm(each)
    },

    /** A page goes, and what it has sent goes on without it. */
    leave(page: Page): void {
      for (const each of pending) {
        if (each.page !== page) continue
        each.isForgotten = page.state === 'disposed'
        each.isOrphan = true
      }
    },

    /** Cuts off a request that never comes to anything. */
    fail,

    /** Somebody has logged in by means of which the session knows nothing. */
    setCookie(user: string): Cookie {
      const cookie = backend.begin(user)
      muddle()
      change(cookie)
      return cookie
    },
  }

  function turnOf(page: Page, kind: string): number {
    const now = clock.now().monotonic
    const key = `${page.id} ${kind}`
    const before = turns.get(key)
    const isOpen = kind === 'logout' && pending.some((each) => each.page === page && each.kind === kind)
    const since = before && (isOpen || now - before.until < 1600) ? before.since : now
    turns.set(key, { since, until: now })
    return since
  }

  function arm(own: Pending): void {
    own.stopTimer()
    own.stopTimer = clock.startTimer(() => server.answer(own), delays[own.kind])
  }

  function muddle(): void {
    if (pending.some(({ kind, isOutside }) => kind !== 'api' && !isOutside)) truth.isMuddled = true
  }

  function change(cookie: Cookie | null): void {
    truth.jar = cookie ?? undefined
    truth.changedAt = clock.now().monotonic
  }

  function take(own: Pending): void {
    own.stopTimer()
    const turn = turns.get(`${own.page.id} ${own.kind}`)
    if (turn) turn.until = clock.now().monotonic
    const place = pending.indexOf(own)
    if (place >= 0) pending.splice(place, 1)
  }

  function fail(own: Pending): void {
    take(own)
    answered(own, undefined, undefined)
    own.reject(networkError())
  }

  function deliver(own: Pending, { respond, cookie, token }: Answer): void {
    take(own)
    if (cookie !== undefined && (own.init.keepalive || own.isThere())) {
      if (own.isOutside) muddle()
      change(cookie)
    }
    const response = respond()
    answered(own, response.status, token)
    own.resolve(response)
  }

  return server
}
