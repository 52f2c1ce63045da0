import { type AccessToken, issueAccessToken } from '../session/access-token.ts'
import { isSilentRefreshError, SessionEndedError } from '../session/errors.ts'
import type { AnyEvent, AnyListener } from '../session/events.ts'
import { withGate } from '../session/gate.ts'
import { never } from '../session/moment.ts'
import { type Session, type SubscribeOptions, serverSnapshot, type TokenOptions } from '../session/session.ts'
import type { SessionSnapshot } from '../session/snapshot.ts'
import { readTokenResponse } from '../session/token-response.ts'
import { createWaitingLine, onAbort } from '../session/waiting-line.ts'
import { createListeners } from './listeners.ts'
import { createTestGate } from './test-session-gate.ts'
import { changed, checkState, eventOf, type TestSessionState } from './test-session-state.ts'

/**
 * How often the app has called each function of a {@link TestSession}.
 *
 * @example
 * const once: TestSessionCalls = { signIn: 1, signOut: 0, refresh: 0, getAccessToken: 0 }
 */
export interface TestSessionCalls {
  readonly signIn: number
  readonly signOut: number
  readonly refresh: number
  readonly getAccessToken: number
}

/**
 * A session whose state the test sets, for tests of components and of whatever else is given a session. It makes no
 * request of its own and knows no time. Clients made from it work: their requests carry the token while somebody is
 * signed in, go without when nobody is, and wait while that is not known, or the session is `stale`. They may go to any
 * http(s) URL.
 *
 * @example
 * const session: TestSession = createTestSession()
 * session.set({ stale: true })
 */
export interface TestSession extends Session {
  /**
   * Changes the state, all at once, and tells the listeners before it returns. What does not go with the new status is
   * left out: an authenticated session has no `reason`, an unauthenticated one is not `stale`. Requests that wait are
   * sent if there is a token now, and rejected if the session has ended.
   *
   * @param change what is to be different; the rest stays
   * @param event what the listeners are told; by default what fits, `ended` for the end of a session
   * @throws {TypeError} naming what cannot be part of a session's state
   * @example
   * session.set({ status: 'unauthenticated', reason: 'expired' })
   */
  set(change: TestSessionState, event?: AnyEvent): void
  /**
   * Tells the listeners of an event, and changes nothing.
   *
   * @example
   * session.emit({ type: 'signed-in', elsewhere: true })
   */
  emit(event: AnyEvent): void
  /**
   * How often each function has been called so far.
   *
   * @example
   * console.assert(session.calls.signOut === 1)
   */
  readonly calls: TestSessionCalls
}

/**
 * Creates a {@link TestSession}. `signIn` runs the login call that it is given, and the session is authenticated then,
 * with the token of the answer if there is one; `signOut` ends it.
 *
 * @param initial how it stands at first; `authenticated` unless it says otherwise
 * @throws {TypeError} naming what cannot be part of a session's state
 * @example
 * const session = createTestSession({ status: 'loading' })
 * const apiFetch = createFetch(session)
 * const response = apiFetch('https://api.example.com/me') // waits
 * session.set({ status: 'authenticated', accessToken: 'secret' }) // is sent
 */
export function createTestSession(initial: TestSessionState = {}): TestSession {
  checkState(initial)
  const listeners = createListeners()
  const calls = { signIn: 0, signOut: 0, refresh: 0, getAccessToken: 0 }
  const disposers = new Set<() => void>()
  // Nobody is sent away for having waited too long.
  const line = createWaitingLine<AccessToken | null>({ now: () => never, startTimer: () => () => {} }, 0)
  let snapshot = changed(
    { ...serverSnapshot, status: 'authenticated', coordination: 'full' },
    { ...initial, status: initial.status ?? (initial.reason ? 'unauthenticated' : 'authenticated') },
  )
  let token = issue(initial.accessToken === undefined ? 'test-token' : initial.accessToken)
  let signingIn = 0
  let sayReady = () => {}
  let ready = untilReady()

  function issue(text: string | null): AccessToken {
    const now = { monotonic: 0, wall: 0 }
    const facts = { value: text ?? '', lifetime: undefined, subject: undefined }
    const rest = { startedAt: now, freshFrom: undefined, margin: undefined, jitter: 0 }
    return issueAccessToken(facts, { scheme: 'Bearer', epoch: 0, ...rest })
  }

  function isReady(): boolean {
    return snapshot.status !== 'loading' || snapshot.error !== undefined
  }

  function untilReady(): Promise<void> {
    return new Promise((resolve) => {
      sayReady = resolve
      if (isReady()) resolve()
    })
  }

  function admit(): AccessToken | null | undefined {
    const { status, stale } = snapshot
    if (status === 'authenticated' && !stale) return token
    return status === 'unauthenticated' || signingIn > 0 ? null : undefined
  }

  function set(change: TestSessionState, event?: AnyEvent): void {
    checkState(change)
    const before = snapshot
    const { accessToken } = change
    snapshot = changed(before, change)
    const isOther = accessToken !== undefined && (accessToken ?? '') !== token.value
    if (isOther) token = issue(accessToken)
    if (before.status !== 'loading' && snapshot.status === 'loading') ready = untilReady()
    const fitting = snapshot !== before || isOther ? eventOf(before, snapshot, line.size) : undefined
    settleWaiting(before)
    if (isReady()) sayReady()
    const told = event ?? fitting
    if (told) listeners.tell(told)
  }

  /** Where nobody was signed in nothing has been lost, and requests are sent as they are. */
  function settleWaiting({ status }: SessionSnapshot): void {
    const admitted = admit()
    const { reason } = snapshot
    const isLost = status === 'authenticated' || (reason !== 'none' && reason !== 'expired')
    if (reason && isLost) line.dismiss(new SessionEndedError(reason))
    else if (admitted !== undefined) line.serve(admitted)
  }

  async function tokenText({ signal }: TokenOptions = {}): Promise<string | null> {
    signal?.throwIfAborted()
    const admitted = admit()
    if (admitted !== undefined) return admitted?.value || null
    try {
      return (await line.join((leave) => onAbort(signal, leave)))?.value || null
    } catch (error) {
      if (isSilentRefreshError(error)) return null
      throw error
    }
  }

  function tokenOf(answer: unknown): string | undefined {
    try {
      return readTokenResponse(answer, {}).value
    } catch {
      return undefined
    }
  }

  async function signIn<T>(login: T | (() => T | Promise<T>)): Promise<T> {
    calls.signIn++
    signingIn++
    try {
      const answer = typeof login === 'function' ? await (login as () => T | Promise<T>)() : login
      const change = { status: 'authenticated', stale: false, error: undefined } as const
      set({ ...change, accessToken: tokenOf(answer) }, { type: 'signed-in' })
      return answer
    } finally {
      signingIn--
    }
  }

  return withGate<TestSession>(
    {
      signIn,
      async signOut() {
        calls.signOut++
        set({ status: 'unauthenticated', reason: 'signed_out' })
      },
      getAccessToken(options) {
        calls.getAccessToken++
        return tokenText(options)
      },
      refresh() {
        calls.refresh++
        return tokenText()
      },
      ready: () => ready,
      getSnapshot: () => snapshot,
      getServerSnapshot: () => serverSnapshot,
      subscribe: ((listener: AnyListener, options?: SubscribeOptions) =>
        listeners.add(listener, options?.requests === true)) as Session['subscribe'],
      dispose() {
        set({ status: 'unauthenticated', reason: 'disposed' })
        for (const undo of disposers) undo()
        listeners.clear()
      },
      set,
      emit: listeners.tell,
      calls,
    },
    createTestGate({
      listeners,
      admit,
      wait: line.join,
      whyHeld: () => (snapshot.stale ? 'expired' : 'startup'),
      onDispose(undo) {
        disposers.add(undo)
        return () => disposers.delete(undo)
      },
    }),
  )
}
