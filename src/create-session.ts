import { browserEnvironment, hasPage, nativeFetch } from './browser/browser-environment.ts'
import { browserClock } from './browser/clock.ts'
import { checkSessionOptions } from './session/check-options.ts'
import { createInertSession } from './session/inert-session.ts'
import { createLiveSession } from './session/live-session.ts'
import type { SessionOptions } from './session/options.ts'
import type { Session } from './session/session.ts'

/**
 * Creates the session that clients share. Where there is a page it looks at once whether the refresh cookie still holds
 * a session; on a server it stays inert.
 *
 * @throws {TypeError} naming the option that cannot work
 * @example
 * const session = createSession({ refresh: '/auth/refresh', signOut: '/auth/logout' })
 * const apiFetch = createFetch(session)
 */
export function createSession(options: SessionOptions): Session {
  checkSessionOptions(options)
  return hasPage()
    ? createLiveSession(options, browserEnvironment())
    : createInertSession({ clock: browserClock, fetch: nativeFetch })
}
