import type { AnyListener, SessionListener } from './events.ts'
import type { SessionSnapshot } from './snapshot.ts'

/** What a server renders: nothing is known there. */
export const serverSnapshot: SessionSnapshot = Object.freeze({
  status: 'loading',
  stale: false,
  refreshing: false,
  expiresAt: undefined,
  reason: undefined,
  error: undefined,
  coordination: 'none',
})

/** Options of {@link Session.getAccessToken}. */
export interface TokenOptions {
  /** Milliseconds of life that the token must have left. @default 0 */
  minTtl?: number | undefined
  /** Ends the waiting; the promise then rejects with the signal's reason. */
  signal?: AbortSignal | undefined
}

/** Options of {@link Session.subscribe}. */
export interface SubscribeOptions {
  /** Also tells of each request that has to wait, is retried, or whose 401 is passed on. @default false */
  requests?: boolean | undefined
}

/** One user's session: what the clients made from it share, and all tabs of the browser. */
export interface Session {
  /**
   * Begins a session, in all tabs. Give it the login call itself: it is run once a refresh that is under way, in any of
   * them, has ended, so that the late cookie of the old user cannot replace the new one. While it runs nothing waits and nothing is refreshed, so
   * it may use any client. If it fails, its error is passed on and the session stays what it was.
   *
   * The answer of a login call that has been made already is accepted too (a body, a `Response`, an axios response),
   * and so is a bare token; then it is checked afterwards whether the cookie still belongs to the new user.
   *
   * Requests that were waiting under the session before are rejected with `ERR_SESSION_ENDED` (`replaced`).
   *
   * @returns what the login call resolved with
   * @throws {InvalidTokenResponseError} if there is no access token in the answer
   * @example
   * await session.signIn(() => axios.post('/auth/login', { email, password }))
   */
  signIn<T>(login: () => T | Promise<T>): Promise<T>
  signIn<T extends string | object>(answer: T): Promise<T>

  /**
   * Ends the session: in all tabs at once, on the server as soon as a refresh under way in any of them has ended. Waiting
   * requests are rejected with `ERR_SESSION_ENDED` (`signed_out`, in other tabs `signed_out_elsewhere`).
   *
   * @throws {SignOutFailedError} if the server could not be told; the user is signed out on this page all the same
   * @example
   * await session.signOut()
   */
  signOut(): Promise<void>

  /**
   * A token for what is not a request of axios or fetch: WebSockets, event streams, other SDKs. Shares the refresh with
   * all others. `null` means "signed out", never "failed". In the cookie-only mode it is an empty string.
   *
   * @throws {RefreshUnavailableError} if none could be had in time; the session is kept
   * @example
   * const socket = new WebSocket(`wss://${location.host}/live`)
   * socket.onopen = async () => socket.send((await session.getAccessToken({ minTtl: 30_000 })) ?? '')
   */
  getAccessToken(options?: TokenOptions): Promise<string | null>

  /**
   * Refreshes now, although nothing is due: after a change of roles, or for a button that says "try again". Joins a
   * refresh that is under way. If nobody is signed in, it may find a session that began elsewhere.
   *
   * @returns the new token, or `null` if there is no session
   * @throws {RefreshUnavailableError} if the endpoint could not be reached in time
   */
  refresh(): Promise<string | null>

  /**
   * Resolves once it is known whether anybody is signed in, or the first attempt to find out has failed; it never
   * rejects, and it is the same promise each time. On a server it is resolved already.
   *
   * @example
   * await session.ready()
   * if (session.getSnapshot().status === 'unauthenticated') showLogin()
   */
  ready(): Promise<void>

  /** How the session stands: the same object for as long as nothing has changed. */
  getSnapshot(): SessionSnapshot
  /** What a server renders: always `loading`. */
  getServerSnapshot(): SessionSnapshot
  /**
   * Tells of every event, which covers every change of the snapshot. Returns the undo.
   *
   * @example
   * const user = useSyncExternalStore(session.subscribe, session.getSnapshot, session.getServerSnapshot)
   */
  subscribe(listener: SessionListener, options?: { requests?: false | undefined }): () => void
  subscribe(listener: AnyListener, options: SubscribeOptions): () => void

  /** Removes all that the session has started; those who wait are rejected. Clients of it then send without a token. */
  dispose(): void
}
