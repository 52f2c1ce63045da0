import { type AccessToken, isUsable } from './access-token.ts'
import type { Environment } from './environment.ts'
import type { EndReason } from './errors.ts'
import type { AnyEvent, AnyListener } from './events.ts'
import type { SessionSnapshot } from './snapshot.ts'
import { beginning, type Stamp } from './stamp.ts'

/** How a session stands: all that changes about it. */
export interface State {
  status: SessionSnapshot['status']
  /** Moves with every sign-in and sign-out. What began under another epoch has no say any more. */
  epoch: number
  /** Where the session held stands among all that the tabs of this browser have had. */
  stamp: Stamp
  token: AccessToken | null
  /** The token has been answered 401: until the refresh has spoken, nobody else is sent with it. */
  isRejected: boolean
  /** The refresh cookie may have come to belong to somebody else: only a token that is shown to be this user's counts. */
  isSuspect: boolean
  refreshing: boolean
  reason: EndReason | undefined
  error: Error | undefined
}

/** The one place that holds the mutable state, pictures it and tells of its changes. */
export interface Standing {
  readonly state: Readonly<State>
  change(changes: Partial<State>, event?: AnyEvent): void
  /** The token held, if it may be sent now. */
  usableToken(minTtl?: number): AccessToken | undefined
  getSnapshot(): SessionSnapshot
  subscribe(listener: AnyListener, wantsRequests?: boolean): () => void
  /** Whether anybody wants to hear of requests. */
  isFollowed(): boolean
  /** Tells the last news, then nobody any more. */
  silence(): void
}

export function createStanding(
  { clock, reportError }: Environment,
  coordination: SessionSnapshot['coordination'],
): Standing {
  const state: State = {
    status: 'loading',
    epoch: 0,
    stamp: beginning,
    token: null,
    isRejected: false,
    isSuspect: false,
    refreshing: false,
    reason: undefined,
    error: undefined,
  }
  /** Each with whether it wants to hear of requests, too. */
  const listeners = new Map<AnyListener, boolean>()
  let news: AnyEvent[] = []
  let snapshot = picture()

  function usableToken(minTtl?: number): AccessToken | undefined {
    const { token, isRejected } = state
    return token && !isRejected && isUsable(token, clock.now(), minTtl) ? token : undefined
  }

  function picture(): SessionSnapshot {
    const { status, reason, refreshing, error, token } = state
    const end = token?.expiresAt.wall
    return Object.freeze({
      status,
      stale: status === 'authenticated' && error !== undefined && !(token && isUsable(token, clock.now())),
      refreshing,
      expiresAt: end === Infinity ? undefined : end,
      reason,
      error,
      coordination,
    })
  }

  /** In a microtask, so that no listener runs while the session is in the middle of something. */
  function announce(event: AnyEvent): void {
    if (news.push(Object.freeze(event)) === 1) Promise.resolve().then(tell)
  }

  function tell(): void {
    const told = news
    news = []
    for (const event of told) {
      const isRequest = 'request' in event
      // Whoever comes while this is told hears of the next event.
      for (const [listener, wantsRequests] of [...listeners]) {
        try {
          if ((wantsRequests || !isRequest) && listeners.has(listener)) listener(event)
        } catch (error) {
          reportError(error)
        }
      }
    }
  }

  return {
    state,
    usableToken,
    getSnapshot: () => snapshot,
    change(changes, event) {
      Object.assign(state, changes)
      const next = picture()
      const turnsStale = next.stale && !snapshot.stale
      const facts = Object.keys(next) as (keyof SessionSnapshot)[]
      if (facts.some((fact) => next[fact] !== snapshot[fact])) snapshot = next
      if (event) announce(event)
      // Whatever it was that let it be noticed.
      if (turnsStale) announce({ type: 'stale' })
    },
    isFollowed: () => [...listeners.values()].includes(true),
    subscribe(listener, wantsRequests = false) {
      // A wrapper of its own, so that the same function may subscribe twice and leave once.
      const own: AnyListener = (event) => listener(event)
      listeners.set(own, wantsRequests)
      return () => {
        listeners.delete(own)
      }
    },
    silence() {
      Promise.resolve().then(() => listeners.clear())
    },
  }
}
