import { createHost, type Host } from '../../src/testing/host.ts'
import { createFakeClock, type FakeClock } from './fake-clock.ts'
import { createFakeServer, type FakeServer } from './fake-server.ts'

/** A browser with a server. */
export interface FakeBrowser extends Host {
  readonly clock: FakeClock
  readonly server: FakeServer
  /** Has `task` done when all is over. */
  readonly atEnd: (task: () => void) => void
  /** What `reportError` was given. */
  readonly reported: unknown[]
}

/** A browser without tabs, with a server and a clock; `atEnd` is given what has to be done when all is over. */
export function createFakeBrowser(atEnd: FakeBrowser['atEnd']): FakeBrowser {
  const clock = createFakeClock()
  const server = createFakeServer(clock)
  const reported: unknown[] = []
  const cookie = {
    get sr_hint() {
      return server.hint
    },
  }
  const host = createHost({
    clock,
    cookie,
    origin: 'https://app.test',
    network: (input, init, { isThere }) => server.fetch(input, init, isThere),
    reportError: (error) => reported.push(error),
  })
  return Object.assign(host, { clock, latency: () => 2, server, atEnd, reported })
}
