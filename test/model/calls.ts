import { track } from '../helpers/track.ts'
import { type Call, isGood } from './model.ts'
import { keep, type Visit } from './visit.ts'
import type { World } from './world.ts'

/** Where a request of the app goes, and what is special about it. */
export const kinds = {
  own: '/items',
  'allowed origin': 'https://api.test/items',
  foreign: 'https://evil.test/items',
  'look-alike': 'https://app.test.evil.test/items',
  downgrade: 'http://app.test/items',
  'own header': '/items',
  skipAuth: '/items',
} as const
export type Kind = keyof typeof kinds

export interface CallPlan {
  readonly client: 'axios' | 'fetch'
  readonly kind: Kind
  readonly timeout?: number | undefined
}

/** Has the app of a page make a request. */
export function makeCall(world: World, visit: Visit, { client, kind, timeout }: CallPlan): void {
  const { clock, host, calls } = world
  const { page } = visit
  const number = calls.length + 1
  const name = `${kinds[kind]}/${number}`
  const isOurs = kind === 'own' || kind === 'allowed origin'
  const own = kind === 'own header' ? 'Own header' : null
  const now = clock.now()
  const { status } = page.snapshot()
  const controller = new AbortController()
  const method = number % 2 ? 'POST' : 'GET'
  const body = number % 2 ? `the body of ${name}` : undefined
  const headers = own === null ? { 'X-Number': String(number) } : { Authorization: own }
  const call: Call = {
    name,
    page,
    client,
    isOurs,
    own,
    user: status === 'unauthenticated' ? null : (page.user ?? undefined),
    epoch: page.epoch,
    madeAt: now.monotonic,
    isDue:
      !host.isOffline &&
      page.lateUntil < now.monotonic &&
      (!isOurs || isGood(page, now, world.lastLeap) || status === 'unauthenticated'),
    controller,
    deadline: timeout && now.monotonic + timeout,
    sights: [],
    result: { state: 'pending', value: undefined, error: undefined },
    waitsSince: now.monotonic,
    intercepted: 0,
    isAborted: false,
  }
  calls.push(call)
  const skipAuth = kind === 'skipAuth'
  const { signal } = controller
  let promise: Promise<unknown>
  if (client === 'axios') {
    promise = visit.axios.request({
      url: name,
      method,
      data: body,
      headers,
      skipAuth,
      signal,
      ...(timeout && { timeout }),
    })
  } else {
    if (timeout) {
      visit.tab.environment.clock.startTimer(
        () => controller.abort(new DOMException('It took too long.', 'TimeoutError')),
        timeout,
      )
    }
    promise = visit.fetch(name, { method, headers, skipAuth, signal, ...(body && { body }) })
  }
  Object.assign(call, { result: track(promise) })
  promise.then(
    (value) => client === 'axios' && world.notice({ type: 'seen', what: `the answer of ${name}`, value }),
    (value: unknown) => world.notice({ type: 'seen', what: `the error of ${name}`, value }),
  )
  keep(world, visit, name, promise, Infinity)
}
