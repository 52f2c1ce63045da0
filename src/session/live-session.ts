import { type AccessToken, isUsable } from './access-token.ts'
import { createCoordination } from './coordination.ts'
import { createCsrf } from './csrf.ts'
import { createDestination } from './destination.ts'
import type { Environment } from './environment.ts'
import { isSilentRefreshError, SessionEndedError } from './errors.ts'
import type { AnyListener } from './events.ts'
import { createExpiryRule } from './expiry-rule.ts'
import { type Gate, type Gated, withGate } from './gate.ts'
import { createRefresher } from './live-refresher.ts'
import { until } from './moment.ts'
import type { SessionOptions } from './options.ts'
import { createPageLife } from './page-life.ts'
import { createReady } from './ready.ts'
import { createRefreshCall } from './refresh-call.ts'
import { createRequestNews } from './request-news.ts'
import { type Session, type SubscribeOptions, serverSnapshot, type TokenOptions } from './session.ts'
import { createSignIn } from './sign-in.ts'
import { createSignOut } from './sign-out.ts'
import { createSignOutCall } from './sign-out-call.ts'
import { type GiveUp, onAbort } from './waiting-line.ts'

/** A session in a page. Options are taken as checked. */
export function createLiveSession(given: SessionOptions, environment: Environment): Session & Gated {
  const options = { __proto__: null, ...given } as unknown as SessionOptions
  const { refreshTimeout: timeout = 8000, maxWait = 15_000, scheme = 'Bearer', refreshMargin } = options
  const { clock, signals, page } = environment
  const { name = '', hintCookie = 'sr_hint', shareToken = true } = options
  const csrf = options.csrf && createCsrf(options.csrf, environment, timeout)
  const call = createRefreshCall(options.refresh, environment, csrf)
  const signOutCall = options.signOut
    ? createSignOutCall(options.signOut, environment, timeout, csrf)
    : undefined
  const hint = () => page.readCookie(hintCookie)
  const isAnonymous =
    options.hasSession?.() === false || (options.hintCookie !== undefined && hint() === undefined)
  const { standing, tabs, turns } = createCoordination({
    environment,
    refreshUrl: call.url,
    name,
    hintCookie,
    shareToken,
    timeout,
    listener: (message) => refresher.hear(message),
  })
  const settings = { scheme, refreshMargin, refreshTimeout: timeout, maxWait, hintCookie }
  const repeatSignOut = () => signOut.repeat()
  const refresher = createRefresher({ call, turns, tabs, standing, environment, settings, repeatSignOut })
  const signOut = createSignOut({ call: signOutCall, turns, standing, refresher, timeout })
  const { state, usableToken } = standing
  const disposers = new Set<() => void>([
    signals.subscribe(createPageLife({ refresher, turns, tabs, hint })),
    turns.letGo,
    tabs.leave,
  ])

  const ownUrls = [call.url, signOutCall?.url].filter((url) => url !== undefined)
  const { origins = [], exclude = [], tokenHeader = 'Authorization' } = options
  const destination = createDestination({ origins, exclude, ownUrls }, page)
  const gate: Gate = {
    ...destination,
    ...createRequestNews(standing),
    clock,
    tokenHeader,
    expiry: createExpiryRule(options.shouldRefresh, scheme, destination),
    csrf,
    fetch: environment.fetch,
    headersFor,
    admit,
    wait: (giveUp) => refresher.join(state.token ? 'expired' : 'startup', giveUp),
    isPast: (token) => token.epoch !== state.epoch,
    renew,
    whyHeld: () => (state.token ? 'expired' : 'startup'),
    whyPassed: (used) =>
      refresher.isPaused() ? 'signing_in' : isJustIssued(used) ? 'just_issued' : 'no_session',
    onDispose(undo) {
      disposers.add(undo)
      return () => disposers.delete(undo)
    },
  }

  function headersFor(url: string, token: AccessToken | null): Record<string, string> | undefined {
    const isToCarry = token?.authorization !== undefined && destination.mayCarryToken(url)
    const own = isToCarry ? { [tokenHeader]: token.authorization } : undefined
    return csrf && destination.isAllowed(url) ? { ...csrf.headers(), ...own } : own
  }

  /** A 401 is not blamed on its age. */
  const isJustIssued = (used: AccessToken) =>
    used === state.token && until(used.freshUntil, clock.now()) > 0 && isUsable(used, clock.now())

  function admit(): AccessToken | null | undefined {
    // The way of nearly every request: the clocks are read once.
    const { token, isRejected } = state
    const now = clock.now()
    if (token && !isRejected && isUsable(token, now)) {
      if (until(token.refreshAt, now) <= 0) refresher.start('proactive')
      return token
    }
    return state.status === 'unauthenticated' || refresher.isPaused() ? null : undefined
  }

  async function renew(used: AccessToken, giveUp?: GiveUp): Promise<AccessToken | null> {
    if (refresher.isPaused()) return null
    const current = usableToken()
    if (used.epoch !== state.epoch) {
      // The same user has signed in anew: what was begun before may go on. Anybody else's token is out of the question.
      if (current && used.subject !== undefined && current.subject === used.subject) return current
      throw new SessionEndedError(state.reason ?? 'replaced')
    }
    if (isJustIssued(used)) return null
    if (used !== state.token && current) return current
    return refresher.join('rejected', giveUp)
  }

  /** `null` if there is no session, or none any more. */
  async function tokenText(token: Promise<AccessToken | null>): Promise<string | null> {
    try {
      return (await token)?.value ?? null
    } catch (error) {
      if (isSilentRefreshError(error) && error.code === 'ERR_SESSION_ENDED') return null
      throw error
    }
  }

  async function getAccessToken(given?: TokenOptions): Promise<string | null> {
    const { minTtl = 0, signal } = { __proto__: null, ...given } as TokenOptions
    if (!(typeof minTtl === 'number' && minTtl >= 0 && minTtl < Infinity)) {
      throw new TypeError('silent-refresh: "minTtl" must be a number of milliseconds, 0 or more.')
    }
    signal?.throwIfAborted()
    const held = usableToken()
    // A token that has only just been issued will not get longer-lived by asking again.
    if (held && (usableToken(minTtl) || until(held.freshUntil, clock.now()) > 0))
      return admit()?.value ?? null
    if (state.status === 'unauthenticated' && !refresher.isPaused()) return null
    return tokenText(
      refresher.join(held ? 'requested' : state.token ? 'expired' : 'startup', (leave) =>
        onAbort(signal, leave),
      ),
    )
  }

  async function refresh(): Promise<string | null> {
    if (state.reason === 'disposed') return null
    refresher.start('requested', true)
    return tokenText(refresher.join('requested'))
  }

  function subscribe(listener: AnyListener, options?: SubscribeOptions): () => void {
    return standing.subscribe(listener, options?.requests === true)
  }

  function dispose(): void {
    if (state.reason === 'disposed') return
    refresher.end('disposed')
    refresher.stop()
    for (const undo of disposers) undo()
    standing.silence()
  }

  if (isAnonymous) standing.change({ status: 'unauthenticated', reason: 'none' })
  const ready = createReady(standing)
  // Later, so that a sign-in or a dispose in the same breath comes first.
  Promise.resolve().then(() => state.status === 'loading' && refresher.start('startup'))

  return withGate<Session>(
    {
      signIn: createSignIn({ call, turns, standing, refresher, clock, csrf, timeout }),
      signOut: signOut.run,
      getAccessToken,
      refresh,
      ready: () => ready,
      getSnapshot: standing.getSnapshot,
      getServerSnapshot: () => serverSnapshot,
      subscribe: subscribe as Session['subscribe'],
      dispose,
    },
    gate,
  )
}
