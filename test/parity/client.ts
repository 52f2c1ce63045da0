import { expect } from 'vitest'
import type { SessionOptions } from '../../src/session/options.ts'
import type { Session } from '../../src/session/session.ts'
import { createWorld, type World } from '../helpers/world.ts'

/** An answer, in words that both clients share. */
export interface Outcome {
  readonly status: number
  readonly body: string
}

export interface Call {
  readonly method?: string
  readonly body?: string
  readonly headers?: Record<string, string>
  readonly signal?: AbortSignal
  readonly skipAuth?: boolean
}

export interface Client {
  /** Resolves for every status; rejects as the client itself does. */
  send(url: string, call?: Call): Promise<Outcome>
  /** The typed error behind what the client rejected with. */
  typedError(error: unknown): unknown
  /** Fails unless this is how the client says that its caller has aborted. */
  expectAborted(error: unknown, reason: unknown): void
}

export type MakeClient = (session: Session, world: World) => Client

export async function signedIn(makeClient: MakeClient, options?: Partial<SessionOptions>) {
  const world = createWorld()
  const opened = await world.openSignedIn(options)
  return { ...world, ...opened, client: makeClient(opened.session, world) }
}

/** A page that has only just been loaded: its requests wait for the first refresh. */
export function starting(makeClient: MakeClient, options?: Partial<SessionOptions>) {
  const world = createWorld()
  const opened = world.open(options)
  return { ...world, ...opened, client: makeClient(opened.session, world) }
}

/** Signed in, with a token that has run out unnoticed: the next request waits for a refresh. */
export async function expired(makeClient: MakeClient, options?: Partial<SessionOptions>) {
  const arranged = await signedIn(makeClient, { refreshMargin: 0, ...options })
  await arranged.clock.advance(arranged.server.lifetime)
  expect(arranged.server.refreshes).toHaveLength(0)
  return arranged
}

/** A promise that the test settles itself. */
export function deferred<T = void>() {
  let resolve!: (value: T) => void
  const promise = new Promise<T>((settle) => {
    resolve = settle
  })
  return { promise, resolve }
}

/** What a promise comes to, without an unhandled rejection in between. */
export function caught(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    (value) => {
      throw new Error(`resolved with ${JSON.stringify(value)}`)
    },
    (error: unknown) => error,
  )
}
