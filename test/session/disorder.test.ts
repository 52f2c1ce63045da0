import { expect, it, onTestFinished } from 'vitest'
import { createFetch } from '../../src/clients/fetch.ts'
import { gateOf } from '../../src/session/gate.ts'
import { json, unauthorized } from '../helpers/fake-server.ts'
import { createNumbers } from '../helpers/random.ts'
import { type Tracked, track } from '../helpers/track.ts'
import { createWorld } from '../helpers/world.ts'

const refreshTimeout = 8000

/** What a request was told when it began: whose token it goes with, none, or that it has to wait. */
interface Begun {
  readonly owner: string | null | undefined
  /** How many sign-ins and sign-outs there had been. */
  readonly turns: number
}

/** Lives one life in random order; returns what it did and what was wrong about it. */
async function live(seed: number) {
  const random = createNumbers(seed)
  const pick = <T>(items: readonly T[]) => items[Math.floor(random() * items.length)] as T
  const world = createWorld()
  const { server, clock, page } = world
  Object.assign(world.environment, { random })
  server.cookie = pick(['alice', 'alice', undefined])
  const { session } = world.open({ refreshTimeout })
  const send = createFetch(session)
  const steps: string[] = []
  const wrong: string[] = []
  const promises = new Map<string, Tracked<unknown>>()
  const begun = new Map<string, Begun>()
  const controllers: AbortController[] = []
  const held = new Set<() => void>()
  const refreshing = new Set<number>()
  let turns = 0
  let asked = 0
  let isWanted = false
  let isQuiet = false

  session.subscribe((event) => {
    // Asked at its start: who wants it may lose patience before the server sees it.
    if (event.type === 'refresh-started') isWanted = asked > 0 || event.reason === 'requested'
  })

  const complain = (what: string) => wrong.push(`${what} (after step ${steps.length})`)
  const claimOf = (token: string) => (JSON.parse(atob(token.split('.')[1] ?? '')) as { sub: string }).sub
  const ownerOf = (header: string | null) => header && claimOf(header)

  function hold(): Promise<undefined> {
    return new Promise((resolve) => {
      held.add(() => resolve(undefined))
    })
  }

  function release(): void {
    for (const go of held) go()
    held.clear()
  }

  const misfortunes = [
    () => json({}, { status: 401 }),
    () => json({}, { status: 503, headers: { 'Retry-After': String(Math.floor(random() * 20)) } }),
    () => json({}, { status: 429 }),
    () => json({}, { status: 404 }),
    () => new Response('<html>', { headers: { 'Content-Type': 'text/html' } }),
    () => Promise.reject<Response>(new TypeError('Failed to fetch')),
    () => new Promise<undefined>((resolve) => clock.startTimer(() => resolve(undefined), random() * 20_000)),
    hold,
  ]

  server.onRefresh = async () => {
    const startedAt = clock.now().monotonic
    for (const other of refreshing) {
      if (startedAt - other < refreshTimeout)
        complain(`a refresh began ${startedAt - other} ms after another`)
    }
    if (session.getSnapshot().status === 'unauthenticated' && !isWanted) {
      complain('a refresh began while signed out')
    }
    refreshing.add(startedAt)
    try {
      const answer = isQuiet || random() < 0.6 ? undefined : await pick(misfortunes)()
      // The server takes its time over an answer; the refresh is over one moment before it is read.
      clock.startTimer(() => refreshing.delete(startedAt), server.refreshDelay - 1)
      return answer
    } catch (error) {
      refreshing.delete(startedAt)
      throw error
    }
  }

  const seen = new Map<string, string>()
  server.onApi = ({ url: { pathname }, authorization }) => {
    const owner = ownerOf(authorization)
    const first = begun.get(pathname)
    const before = seen.get(pathname)
    if (owner !== null) {
      if (before !== undefined && before !== owner)
        complain(`${pathname} was sent for ${before} and ${owner}`)
      seen.set(pathname, owner)
      if (first?.owner === null) complain(`${pathname} was begun signed out and sent for ${owner}`)
      else if (first?.owner && first.owner !== owner)
        complain(`${pathname} of ${first.owner} was sent for ${owner}`)
      else if (!first?.owner && first?.turns !== turns && before === undefined) {
        complain(`${pathname} waited under another session and was sent for ${owner}`)
      }
    }
    const luck = isQuiet ? 1 : random()
    if (luck < 0.1) return unauthorized()
    if (luck < 0.2) return json({}, { status: 403 })
    if (luck < 0.3) return json({}, { status: 503 })
    return luck < 0.4 ? Promise.reject(new TypeError('Failed to fetch')) : undefined
  }

  function keep(name: string, promise: Promise<unknown>): void {
    promises.set(`${name} of step ${steps.length}`, track(promise))
  }

  function request(): void {
    const path = `/api/${steps.length}`
    const token = gateOf(session).admit()
    begun.set(path, { owner: token && claimOf(token.value), turns })
    const controller = new AbortController()
    controllers.push(controller)
    keep('request', send(path, { method: 'POST', body: 'x', signal: controller.signal }))
  }

  async function login(user: string) {
    const isHeld = random() < 0.2
    if (isHeld) await hold()
    const client = random() < 0.5 ? send : server.fetch
    const response = await client('/auth/login', { method: 'POST', body: JSON.stringify({ user }) })
    if (!response.ok) throw new Error('wrong password')
    return response
  }

  function ask(): void {
    asked++
    const refresh = session.refresh()
    refresh.catch(() => {}).finally(() => asked--)
    keep('refresh', refresh)
  }

  const commands: Record<string, () => void> = {
    request,
    'another request': request,
    'a third request': request,
    abort: () => pick(controllers)?.abort(),
    'get token': () => keep('token', session.getAccessToken({ minTtl: pick([0, 30_000, 90_000]) })),
    refresh: ask,
    'login as alice': () => [
      turns++,
      keep(
        'sign-in',
        session.signIn(() => login('alice')),
      ),
    ],
    'login as bob': () => [
      turns++,
      keep(
        'sign-in',
        session.signIn(() => login('bob')),
      ),
    ],
    'wrong password': () => [
      turns++,
      keep(
        'sign-in',
        session.signIn(() => login('')),
      ),
    ],
    'token of alice': () => [turns++, keep('sign-in', session.signIn(server.issue('alice')))],
    'token of bob': () => [turns++, keep('sign-in', session.signIn(server.issue('bob')))],
    'sign out': () => [turns++, keep('sign-out', session.signOut())],
    'expire all': () => server.expireAll(),
    hide: () => [Object.assign(page, { isVisible: false }), page.send('hide')],
    wake: () => [Object.assign(page, { isVisible: true }), page.send('wake')],
    offline: () => Object.assign(page, { isOnline: false }),
    online: () => [Object.assign(page, { isOnline: true }), page.send('online')],
    sleep: () => clock.sleep(random() * 120_000),
    'set the clock': () => clock.setWallClock((random() - 0.5) * 7_200_000),
    release: release,
  }

  for (let step = 0; step < 60; step++) {
    const name = pick(Object.keys(commands))
    const pause = pick([0, 0, 1, 5, 20, 200, 3000, 20_000])
    steps.push(`${name}, ${pause} ms`)
    commands[name]?.()
    await clock.advance(pause)
  }

  steps.push('the end')
  isQuiet = true
  for (let left = 3; left > 0; left--) {
    release()
    await clock.advance(20_000)
  }
  session.dispose()
  release()
  await clock.advance(60_000)
  for (const [name, { state }] of promises) if (state === 'pending') complain(`${name} has not settled`)
  if (clock.timers > 0) complain(`${clock.timers} timers are left`)
  if (page.listeners > 0) complain('listeners are left')
  if (world.reported.length > 0) complain('errors were reported')
  return { steps, wrong }
}

it.each([0, 1, 2, 3, 4, 5, 6, 7])(
  'in any order of events all promises settle and no request goes with the token of another user: part %i',
  async (part) => {
    const unhandled: unknown[] = []
    const listener = (error: unknown) => unhandled.push(error)
    process.on('unhandledRejection', listener)
    onTestFinished(() => {
      process.off('unhandledRejection', listener)
    })
    for (let seed = part * 40 + 1; seed <= part * 40 + 40; seed++) {
      const { steps, wrong } = await live(seed)
      expect([...wrong, ...unhandled], `seed ${seed}:\n${steps.join('\n')}`).toEqual([])
    }
  },
)
