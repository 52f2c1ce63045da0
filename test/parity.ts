import { describe, expect, it } from 'vitest'
import type { Session } from '../src/session/session.ts'
import { settle } from './helpers/fake-clock.ts'
import { createWorld, type World } from './helpers/world.ts'

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
}

export type MakeClient = (session: Session, world: World) => Client

/** What must hold for axios and fetch alike. */
export function describeClient(name: string, makeClient: MakeClient): void {
  async function signedIn() {
    const world = createWorld()
    const opened = await world.openSignedIn()
    return { ...world, ...opened, client: makeClient(opened.session, world) }
  }

  describe(`${name}: one refresh for all`, () => {
    it.each([1, 5, 100])(
      'refreshes once and retries each of %i requests once when all meet a 401',
      async (count) => {
        const { client, server, clock } = await signedIn()
        server.expireAll()
        const calls = Promise.all(Array.from({ length: count }, (_, index) => client.send(`/api/${index}`)))
        await clock.advance(1000)
        const outcomes = await calls
        expect(outcomes.map(({ status }) => status)).toEqual(Array(count).fill(200))
        expect(server.refreshes).toHaveLength(1)
        expect(server.hits).toHaveLength(2 * count)
      },
    )
  })
}
