import { afterEach, beforeEach, vi } from 'vitest'
import { createFetch } from '../../src/clients/fetch.ts'
import type { SessionOptions } from '../../src/session/options.ts'
import type { FakeServer } from '../helpers/fake-server.ts'
import { createWorld, type World } from '../helpers/world.ts'

type Transport = World['environment']['fetch']

export interface Arrangement {
  readonly options?: Partial<SessionOptions> | undefined
  /** Puts answers into the words of another kind of server. */
  readonly reworded?: ((transport: Transport) => Transport) | undefined
}

export type SignedIn = Awaited<ReturnType<typeof signedIn>>

export async function signedIn({ options, reworded }: Arrangement = {}) {
  const world = createWorld()
  const { session } = await world.openSignedIn(options)
  const { fetch } = world.environment
  const apiFetch = createFetch(session, { fetch: reworded ? reworded(fetch) : fetch })
  return { ...world, session, apiFetch }
}

/** Signed in, with a token that has run out unnoticed: the next request waits for a refresh. */
export async function expired({ options, reworded }: Arrangement = {}) {
  const arranged = await signedIn({ options: { refreshMargin: 0, ...options }, reworded })
  await arranged.clock.advance(arranged.server.lifetime)
  return arranged
}

/** Libraries measure their own time with timers: these pass only when the session's time does. */
export function withTimersInHand(): void {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  })
  afterEach(() => {
    vi.useRealTimers()
  })
}

/** Lets the session's time and the library's pass side by side. */
export async function pass({ clock }: Pick<World, 'clock'>, duration: number, step = 10): Promise<void> {
  for (let passed = 0; passed < duration; passed += step) {
    await clock.advance(step)
    await vi.advanceTimersByTimeAsync(step)
  }
}

export const caught = (call: Promise<unknown>): Promise<unknown> => call.catch((error: unknown) => error)

/** What calls come to, whichever way the library has of saying it, while time passes. */
export async function outcomes(world: Pick<World, 'clock'>, calls: Promise<unknown>[]): Promise<unknown[]> {
  let isOver = false
  const settled = Promise.all(calls.map(caught)).finally(() => {
    isOver = true
  })
  for (let rounds = 0; !isOver; rounds++) {
    if (rounds === 1000) throw new Error('still waiting after a hundred seconds')
    await pass(world, 100, 100)
  }
  return settled
}

export async function outcome(world: Pick<World, 'clock'>, call: Promise<unknown>): Promise<unknown> {
  return (await outcomes(world, [call]))[0]
}

/** Bodies as they arrived, with their type; each form has a boundary of its own. */
export function bodiesOf({ hits }: Pick<FakeServer, 'hits'>) {
  return hits.map(({ body, headers }) => {
    const boundary = body.match(/^--(\S+)\r\n/)?.[1] ?? '***'
    const plain = (text: string) => text.replaceAll(boundary, '***')
    return { body: plain(body), type: plain(headers.get('Content-Type') ?? '') }
  })
}

/** What the fake server says for good. */
interface Answer {
  readonly user: string
  readonly path: string
}

/** An app's own: some libraries take any function that returns data or throws. */
export async function dataOf(response: Response): Promise<Answer> {
  if (response.ok) return response.json()
  throw Object.assign(new Error('The server says no.'), { status: response.status })
}
