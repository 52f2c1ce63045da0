import { createFakeClock } from './fake-clock.ts'
import { createFakeLocks } from './fake-locks.ts'
import { createFakeServer } from './fake-server.ts'
import type { FakeBrowser } from './fake-tab.ts'

/** A browser without tabs, with a server and a clock; `atEnd` is given what has to be done when all is over. */
export function createFakeBrowser(atEnd: FakeBrowser['atEnd']): FakeBrowser {
  const clock = createFakeClock()
  return {
    clock,
    server: createFakeServer(clock),
    locks: createFakeLocks(),
    tabs: new Set(),
    stored: new Map(),
    latency: () => 2,
    messages: [],
    isOffline: false,
    atEnd,
    reported: [],
  }
}
