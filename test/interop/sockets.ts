import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'
import type { SessionOptions } from '../../src/session/options.ts'
import { createWorld } from '../helpers/world.ts'

/** A real server on this machine, whose sockets accept the tokens that the fake server's API does. */
export async function listening(options?: Partial<SessionOptions>) {
  const world = createWorld()
  const { session } = await world.openSignedIn({ refreshMargin: 0, ...options })
  // The sockets take real time, so the API must not wait for the session's.
  world.server.delay = 0
  const http: Server = createServer()
  await new Promise<void>((resolve) => {
    http.listen(0, '127.0.0.1', resolve)
  })
  onTestFinished(() => {
    http.closeAllConnections()
    http.close()
  })
  /** The tokens that were shown at connecting. */
  const tokens: unknown[] = []

  async function accepts(token: unknown): Promise<boolean> {
    tokens.push(token)
    const headers = { Authorization: `Bearer ${token}` }
    return (await world.server.fetch('https://app.test/api/me', { headers })).ok
  }

  const host = `127.0.0.1:${(http.address() as AddressInfo).port}`
  return { ...world, session, http, host, tokens, accepts }
}

export type Listening = Awaited<ReturnType<typeof listening>>
