import { type Call, isDead, isGood, isOpen, type Page, userOf } from './model.ts'
import { type Pending, secret } from './pending.ts'
import type { Happening, World } from './world.ts'

const maxWait = 15_000
const allowed = ['https://app.test', 'https://api.test']

/** Whether the page runs, and has caught up with what it has missed. */
export const isAwake = ({ state, lateUntil }: Page, { clock }: World) =>
  state === 'running' && clock.now().monotonic >= lateUntil

const tokenOf = ({ headers }: Pending, { truth }: World) =>
  truth.tokens.get(headers.get('Authorization')?.slice('Bearer '.length) ?? '')

/** The same each time, but for the token. */
function wireOf({ method, url, body, headers }: Pending): string {
  const others = [...headers].filter(([name]) => name !== 'authorization')
  return JSON.stringify([method, url.href, body, others])
}

/** What the app has to get when it gives up, in the words of its client. */
function isOwnWord({ client, controller, isAborted }: Call, error: unknown): boolean {
  if (client === 'fetch') return error === controller.signal.reason
  return (error as { code?: unknown }).code === (isAborted ? 'ERR_CANCELED' : 'ECONNABORTED')
}

/** Looks through all that can be reached from a value. */
function holdsSecret(value: unknown, depth = 8, known = new Set<unknown>()): boolean {
  if (typeof value === 'string') return value.includes(secret)
  if (typeof value !== 'object' || value === null || depth === 0 || known.has(value)) return false
  known.add(value)
  if (value instanceof Headers) return holdsSecret([...value], depth, known)
  return Reflect.ownKeys(value).some((key) => {
    const { value: held } = Object.getOwnPropertyDescriptor(value, key) as PropertyDescriptor
    return holdsSecret(held, depth - 1, known)
  })
}

export const promisesOfRequests = {
  '2. A 401 for a token that is not the newest any more costs no refresh.'(
    happening: Happening,
    world: World,
  ) {
    if (happening.type !== 'told' || happening.event.type !== 'refresh-started') return undefined
    const { page } = happening.visit
    // The newest is of no use if the clocks say that it is over.
    const isBlamed = !isGood(page, world.clock.now(), world.lastLeap)
    return happening.event.reason === 'rejected' && !isBlamed
      ? `${page.name} refreshes for a 401, but the token that it has now was never refused`
      : undefined
  },

  '3. A request waits only when it must, and does when it must.'(happening: Happening, world: World) {
    if (happening.type === 'step') {
      const late = world.calls.find((call) => call.isDue && call.sights.length === 0 && isOpen(call))
      return late && `${late.name} of ${late.page.name} waits, though there is nothing to wait for`
    }
    if (happening.type !== 'sent' || !happening.call?.isOurs) return undefined
    const { call, pending } = happening
    const { page } = call
    const token = tokenOf(pending, world)
    const now = world.clock.now()
    // One that has only just come is used, whatever the clocks have done meanwhile; nor can its age be told across tabs then.
    const isMoved = page.isAdopted && token !== undefined && world.lastLeap >= token.startedAt.monotonic
    const isNew = page.heldSince === now.monotonic || isMoved
    if (token && isDead(token, now) && !isNew) return `${call.name} is sent with a token that has expired`
    const isKnown = page.snapshot().status !== 'loading' || page.signingIn > 0 || page.state === 'disposed'
    return token || isKnown
      ? undefined
      : `${call.name} is sent before it is known whether anybody is signed in`
  },

  '4. A request is retried at most once, with the same bytes, below the interceptors.'(
    happening: Happening,
    world: World,
  ) {
    if (happening.type === 'end') {
      const odd = world.calls.find(({ client, intercepted }) => client === 'axios' && intercepted !== 1)
      return odd && `the interceptor has seen ${odd.name} ${odd.intercepted} times`
    }
    if (happening.type !== 'sent' || !happening.call) return undefined
    const { call, pending } = happening
    const [first, second] = call.sights
    if (!first) return undefined
    if (second) return `${call.name} is sent for the third time`
    if (!call.isOurs) return `${call.name} is sent again, though it is not for the session to look after`
    if (first.answer !== 401 || !first.token) return `${call.name} is sent again after ${first.answer}`
    return first.wire === wireOf(pending) ? undefined : `${call.name} is sent again with other bytes`
  },

  '5. Aborts and timeouts reach requests that wait, at once; the refresh goes on for the others.'(
    happening: Happening,
    world: World,
  ) {
    if (happening.type === 'sent' && happening.pending.kind === 'refresh') {
      const { signal } = happening.pending.init
      return signal ? 'the refresh can be aborted' : undefined
    }
    if (happening.type !== 'step') return undefined
    // axios knows whole milliseconds only.
    const now = world.clock.now().monotonic - 1
    for (const call of world.calls) {
      const { isAborted, deadline, page, name, result } = call
      const isOver = isAborted || (deadline !== undefined && now >= deadline)
      if (!isOver || !isAwake(page, world)) continue
      if (isOpen(call)) return `${name} of ${page.name} goes on after its ${isAborted ? 'abort' : 'timeout'}`
      if (isAborted && !isOwnWord(call, result.error)) return `${name} is told ${String(result.error)}`
    }
    return undefined
  },

  '8. The token goes only to allowed origins, and a header of the caller is left alone.'(
    happening: Happening,
  ) {
    if (happening.type !== 'sent') return undefined
    const { pending, call } = happening
    const { url, headers, kind, page } = pending
    const authorization = headers.get('Authorization')
    const holds = holdsSecret([...headers, pending.body])
    if (!allowed.includes(url.origin) && holds) return `${page.name} sends the token to ${url.origin}`
    if ((kind === 'refresh' || kind === 'logout') && holds) return `the ${kind} carries the token`
    if (!call || call.isOurs) return undefined
    return authorization === call.own ? undefined : `${call.name} is sent with ${authorization}`
  },

  '9. The access token is in no error, event, storage, URL or log.'(happening: Happening, world: World) {
    if (happening.type === 'seen')
      return holdsSecret(happening.value) ? `it is in ${happening.what}` : undefined
    if (happening.type === 'told')
      return holdsSecret([happening.event, happening.visit.page.snapshot()]) ? 'it is in an event' : undefined
    if (happening.type === 'sent')
      return happening.pending.url.href.includes(secret) ? 'it is in a URL' : undefined
    if (happening.type !== 'step') return undefined
    if (holdsSecret([...world.host.stored])) return 'it is in the storage'
    const messages = world.host.messages.splice(0)
    if (!world.setting.shareToken && holdsSecret(messages)) return 'it is told to the other tabs'
    return world.logged.some((line) => line.includes(secret)) ? 'it is in a log' : undefined
  },

  '10. Every promise settles.'(happening: Happening, world: World) {
    if (happening.type !== 'step' && happening.type !== 'end') return undefined
    const now = world.clock.now().monotonic
    for (const { page, promises } of world.visits) {
      if (page.state === 'gone' || !isAwake({ ...page, state: 'running' }, world)) continue
      if (happening.type === 'step' && page.state !== 'running') continue
      for (const { what, since, bound, result } of promises) {
        const isLate = happening.type === 'end' || now - since > bound
        if (isLate && result.state === 'pending') return `${what} has not settled after ${now - since} ms`
      }
    }
    const stuck = world.calls.find(
      (call) => isOpen(call) && isAwake(call.page, world) && now - (call.waitsSince ?? now) > maxWait,
    )
    if (stuck) return `${stuck.name} of ${stuck.page.name} has waited for more than ${maxWait} ms`
    return world.reported.length > 0 ? `an error was reported: ${String(world.reported[0])}` : undefined
  },
} as const

/** Keeps the books about the requests of the app: no promise, but what those above go by. */
export function follow(happening: Happening, world: World): void {
  if (happening.type === 'step') for (const call of world.calls) call.isDue = false
  if (happening.type === 'sent' && happening.call) {
    const { call, pending } = happening
    const token = tokenOf(pending, world)
    call.waitsSince = undefined
    call.user ??= userOf(token)
    call.sights.push({ token, wire: wireOf(pending), pending, answer: undefined })
  }
  if (happening.type === 'answered' && happening.call) {
    const { call, status, pending } = happening
    const sight = call.sights.find((each) => each.pending === pending)
    if (sight) sight.answer = status
    if (!sight?.token || status !== 401) return
    call.page.refused.add(sight.token)
    if (call.sights.length === 1) call.waitsSince = world.clock.now().monotonic
  }
}
