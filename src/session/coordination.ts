import { createCookieLock } from './cookie-lock.ts'
import { createCookieNote } from './cookie-note.ts'
import { type CookieTurns, createCookieTurns } from './cookie-turns.ts'
import type { Environment } from './environment.ts'
import { createLease } from './lease.ts'
import type { SessionSnapshot } from './snapshot.ts'
import { beginning, compareLogins } from './stamp.ts'
import { createStanding, type Standing } from './standing.ts'
import type { Heard } from './tab-message.ts'
import { createTabs, type Tabs } from './tabs.ts'

export interface CoordinationParts {
  readonly environment: Environment
  /** Undefined if a function does it. */
  readonly refreshUrl: string | undefined
  readonly name: string
  readonly hintCookie: string
  readonly shareToken: boolean
  readonly timeout: number
  readonly listener: (message: Heard) => void
}

/** For asking the others, besides the call of a page that is gone and the own one. */
const slack = 1000

/** What ties a session to those of the other tabs, as far as the browser lets it. */
export function createCoordination(parts: CoordinationParts): {
  standing: Standing
  tabs: Tabs
  turns: CookieTurns
} {
  const { environment, refreshUrl, name, hintCookie, shareToken, timeout, listener } = parts
  const { clock, page, storage, openChannel, createId, random } = environment
  // Tabs of the same session find each other by it.
  const target = refreshUrl === undefined ? 'function' : new URL(refreshUrl, page.baseUrl()).href
  const scope = `silent-refresh:${name}:${target}`
  const id = createId()
  const locks = environment.locks ?? (storage && createLease({ storage, clock, random, id }))
  const standing = createStanding(environment, reachOf(environment, locks !== undefined))
  const { state } = standing
  function held() {
    const token = standing.usableToken()
    return token && !state.isSuspect ? { stamp: state.stamp, token } : undefined
  }
  const tabs = createTabs({
    openChannel,
    storage,
    clock,
    createId,
    scope,
    id,
    shareToken,
    held,
    random,
    listener,
  })
  const note = createCookieNote({ storage, key: `${scope}:call`, clock, page, hintCookie, createId, timeout })
  const lock = createCookieLock({
    locks,
    canHear: openChannel !== undefined,
    name: scope,
    clock,
    random,
    longestHold: 2 * timeout + slack,
    note,
  })
  const turns = createCookieTurns({ clock, lock, note, knownGen })
  const known = tabs.latest()
  // One that is over has to be found anew, by whatever means it began.
  if (known)
    standing.change({ stamp: known.end ? { ...known.stamp, gen: known.stamp.gen + 1 } : known.stamp })
  tabs.enter()

  function knownGen(): number {
    const { stamp } = state
    const written = tabs.latest()?.stamp ?? beginning
    return compareLogins(written, stamp) === 0 ? Math.max(written.gen, stamp.gen) : stamp.gen
  }

  return { standing, tabs, turns }
}

function reachOf(
  { locks, openChannel, storage, page }: Environment,
  hasTurns: boolean,
): SessionSnapshot['coordination'] {
  if (locks && openChannel && storage && !page.isEmbedded()) return 'full'
  return hasTurns || openChannel ? 'local' : 'none'
}
