import { createFetch } from '../../src/clients/fetch.ts'
import { json } from '../helpers/fake-server.ts'
import { createNumbers } from '../helpers/random.ts'
import { type Tracked, track } from '../helpers/track.ts'
import { createWorld } from '../helpers/world.ts'

export interface Life {
  /** Requests that were sent with the token of somebody else than the user they were made for. */
  readonly misused: string[]
  /** What never settled. */
  readonly pending: string[]
  /** Whether the last word was "sign out", and was not obeyed. */
  readonly isBack: boolean
  /** Whether a user who signs in at the end is served. */
  readonly isAlive: boolean
  readonly timersLeft: number
  readonly listenersLeft: number
  readonly longestDelay: number
  readonly steps: string[]
}

/** A page on which everything happens in any order: requests, aborts, sign-ins, sign-outs, failures, sleep. */
export async function liveRandomly(seed: number, isOpaque = false): Promise<Life> {
  const random = createNumbers(seed)
  const below = (end: number) => Math.floor(random() * end)
  const pick = <T>(items: readonly T[]) => items[below(items.length)] as T
  const { clock, server, page, open } = createWorld()
  const steps: string[] = []
  const given: [what: string, promise: Tracked<unknown>][] = []
  const misused: string[] = []

  server.isOpaque = isOpaque
  server.lifetime = pick([1000, 6000, 30_000, 60_000])
  server.cookie = pick(['alice', undefined])
  const wait = (duration: number) =>
    new Promise<void>((resolve) => {
      clock.startTimer(resolve, duration)
    })
  server.delay = pick([10, 800])
  const { session } = open({ maxWait: pick([2000, 15_000]), refreshTimeout: pick([500, 8000]) })
  const send = createFetch(session)

  /** Whose requests these are, and who may be about to become that. */
  let user = server.cookie
  const arriving = new Map<symbol, string>()
  let isKnown = false
  let isSignedOut = false
  session.subscribe(({ type }) => {
    if (type === 'ended') user = undefined
    // A session that was found, not begun here.
    if (type === 'refreshed' && !isKnown) user = server.cookie
    isKnown = session.getSnapshot().status === 'authenticated'
  })

  function give(what: string, promise: Promise<unknown>): void {
    given.push([what, track(promise)])
  }

  async function answerRefresh() {
    await wait(below(2) * below(12_000))
    const status = pick([0, 0, 0, 0, 0, 200, 401, 404, 429, 503])
    if (random() < 0.1) throw new TypeError('Failed to fetch')
    return status ? json({}, { status }) : undefined
  }

  function request(): void {
    const finding = session.getSnapshot().status === 'loading' ? server.cookie : user
    const owners = new Set([finding, ...arriving.values()])
    const path = `/api/${given.length}`
    const controller = new AbortController()
    if (random() < 0.2) wait(below(3000)).then(() => controller.abort())
    const promise = send(path, { signal: controller.signal })
    const look = () => {
      for (const { url, authorization } of server.hits) {
        const owner = server.ownerOf(authorization)
        if (url.pathname === path && owner !== undefined && !owners.has(owner))
          misused.push(`${path} as ${owner}`)
      }
    }
    promise.then(look, look)
    give(path, promise)
  }

  function signIn(): void {
    isSignedOut = false
    const newcomer = pick(['alice', 'bob', 'carol'])
    const key = Symbol(newcomer)
    arriving.set(key, newcomer)
    const duration = below(2) * below(20_000)
    const isRight = random() < 0.7
    const login = pick([
      async () => {
        await wait(duration)
        if (!isRight) throw new Error('wrong password')
        server.cookie = newcomer
        return server.issue(newcomer)
      },
      async () => {
        const answer = await send('/auth/login', {
          method: 'POST',
          body: JSON.stringify(isRight ? { user: newcomer } : {}),
        })
        return answer
      },
    ])
    const isBare = random() < 0.3
    if (isBare) server.cookie = newcomer
    const promise = isBare ? session.signIn(server.issue(newcomer)) : session.signIn<unknown>(login)
    give(`signIn ${newcomer}`, promise)
    promise.then(
      () => {
        user = newcomer
        arriving.delete(key)
      },
      () => arriving.delete(key),
    )
  }

  const deeds: Record<string, () => void> = {
    request,
    anotherRequest: request,
    severalRequests: () => [request, request, request].map((run) => run()),
    signIn,
    signOut() {
      isSignedOut = true
      give('signOut', session.signOut())
    },
    getAccessToken: () =>
      give('getAccessToken', session.getAccessToken({ minTtl: below(2) * below(60_000) })),
    refresh() {
      // Nobody signed in: it would look for a session that began elsewhere.
      if (session.getSnapshot().status === 'authenticated') give('refresh', session.refresh())
    },
    expireAll: () => server.expireAll(),
    hide() {
      page.isVisible = !page.isVisible
      page.send(page.isVisible ? 'wake' : 'hide')
    },
    network() {
      page.isOnline = !page.isOnline
      if (page.isOnline) page.send('online')
    },
    leave: () => page.send('leave'),
    sleep: () => clock.sleep(below(120_000)),
    setClock: () => clock.setWallClock(below(240_000) - 120_000),
  }

  server.onRefresh = answerRefresh
  for (let step = 0; step < 40; step++) {
    const deed = pick(Object.keys(deeds))
    steps.push(`${deed} (${session.getSnapshot().status}, ${user})`)
    deeds[deed]?.()
    await clock.advance(pick([0, 10, 60, 500, 5000]))
  }
  await clock.advance(120_000)
  const pending = given.filter(([, { state }]) => state === 'pending').map(([what]) => what)
  const isBack =
    isSignedOut && (server.cookie !== undefined || session.getSnapshot().status !== 'unauthenticated')

  server.onRefresh = undefined
  const last = track(session.signIn(server.issue('dora')).then(() => send('/api/last')))
  server.cookie = 'dora'
  await clock.advance(20_000)
  session.dispose()
  await clock.advance(20_000)
  return {
    misused,
    pending,
    isBack,
    isAlive:
      last.value?.status === 200 && server.ownerOf(server.hits.at(-1)?.authorization ?? null) === 'dora',
    timersLeft: clock.timers,
    listenersLeft: page.listeners,
    longestDelay: clock.longestDelay,
    steps,
  }
}
