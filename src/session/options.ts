import type { EndReason } from './errors.ts'

/** A call to the backend that the session makes by itself. All of it is sent by native `fetch`. */
export interface AuthEndpoint {
  /** Where it is; relative URLs are resolved against the page. */
  url: string | URL
  /** @default 'POST' */
  method?: string | undefined
  /** Extra headers; a function is asked at each call. */
  headers?: Record<string, string> | (() => Record<string, string>) | undefined
  /**
   * The body: a plain object or array is sent as JSON, all else as `fetch` would, `null` means none. A function is
   * asked at each call.
   * Keep it small: a keepalive request carries at most 64 KiB (Fetch standard).
   * @default {} (an empty JSON object)
   */
  body?: BodyInit | object | null | (() => BodyInit | object | null) | undefined
  /** Whether cookies go along. @default 'include' */
  credentials?: RequestCredentials | undefined
  /**
   * Lets the call outlive its page. Without it, leaving the page during a refresh loses the rotated cookie
   * (measured in Chromium, Firefox and WebKit). Switch it off only where a service worker must see the call:
   * Firefox sends keepalive requests past service workers.
   * @default true
   */
  keepalive?: boolean | undefined
  /**
   * The header that a cross-site form cannot send: a fixed value, or one copied from a readable cookie (double
   * submit; read at each call). `false` sends none.
   * @default { header: 'X-Silent-Refresh', value: '1' }
   */
  csrf?: false | { header: string; value: string } | { header: string; cookie: string } | undefined
}

/** In which form an answer tells the end of the token's life. */
export type ExpiryUnit =
  /** A lifetime in seconds (`expires_in` of RFC 6749). */
  | 's'
  /** A lifetime in milliseconds. */
  | 'ms'
  /** A moment in seconds since 1970. */
  | 'unix'
  /** A moment as an ISO 8601 date. */
  | 'iso'

/** The refresh endpoint and the shape of its answers. */
export interface RefreshEndpoint extends AuthEndpoint {
  /**
   * Where the answer has the access token: a dotted path, several to be tried in order, or a function of the parsed
   * body. `false`: nowhere, the server sets it as a cookie (cookie-only mode); then requests carry no
   * `Authorization`, and all else works the same.
   * @default ['access_token', 'accessToken', 'access', 'token', 'jwt', 'refreshedToken', 'data.access_token']
   */
  accessToken?: string | readonly string[] | ((body: unknown) => unknown) | false | undefined
  /**
   * Where the answer has the token's expiry, and in which unit. Without one, a JWT's own `exp - iat` counts;
   * without that, the token is used until a 401.
   * @default { path: 'expires_in', unit: 's' } (RFC 6749 section 5.1)
   */
  expiry?: { path: string; unit: ExpiryUnit } | undefined
  /**
   * Where the answer names the user: a dotted path. Compared from refresh to refresh, so that nobody ends up in
   * another user's session; never trusted otherwise. Without it a JWT's `sub` counts.
   */
  subject?: string | undefined
  /**
   * The statuses that mean "this session is over". Network errors, 408, 409, 425, 429 and 5xx never do.
   * @default [400, 401, 403, 422]
   */
  refused?: readonly number[] | undefined
}

/** Why a refresh is made. */
export type RefreshReason =
  /** The page has started and knows no token yet. */
  | 'startup'
  /** Somebody waits for a token: the one held has expired, or could not be replaced so far. */
  | 'expired'
  /** A request was answered 401. */
  | 'rejected'
  /** The token is about to expire. */
  | 'proactive'
  /** The app asked: `refresh()`, or `getAccessToken({ minTtl })`. */
  | 'requested'
  /** To see whether the refresh cookie still belongs to the user who has just signed in. */
  | 'verify'

/** What a custom refresh function is given. */
export interface RefreshContext {
  /**
   * Aborted when `refreshTimeout` is over. Passing it on to a request frees the connection at once, but may lose a
   * rotated cookie.
   */
  signal: AbortSignal
  reason: RefreshReason
}

/** What a custom refresh function may answer with, beside a bare token. All in milliseconds. */
export interface TokenResult {
  accessToken: string
  /** Remaining lifetime in milliseconds, at least 1000. */
  expiresIn?: number | undefined
  /** End of life in milliseconds since 1970, by the local clock. */
  expiresAt?: number | undefined
  /** The user it belongs to, see {@link RefreshEndpoint.subject}. */
  subject?: string | undefined
}

/**
 * Does the refresh in its own way. Resolves with a token, a {@link TokenResult}, or the `Response` of the endpoint;
 * `null` says that the session is over. Throwing means "try again later", except errors that carry an HTTP status
 * (`status` or `response.status`, as axios's and ky's do): they are judged like an answer of the endpoint.
 */
export type RefreshFunction = (
  context: RefreshContext,
) => Promise<string | TokenResult | Response | null> | string | TokenResult | null

/** Tells the server in its own way that the user signs out. Resolves when done, throws when it could not be. */
export type SignOutFunction = (context: {
  /** The token held at the moment of signing out, for servers that ask for it. */
  accessToken: string | null
}) => unknown

/** An answer to a request that carried our token, for {@link SessionOptions.shouldRefresh}. */
export interface Answer {
  readonly status: number
  readonly url: string
  readonly method: string
  readonly headers: Headers
  /** The body as text. May be called more than once and leaves the caller's body untouched. */
  text(): Promise<string>
  /** The body as JSON; undefined if it is not. */
  json(): Promise<unknown>
}

/**
 * Options of `createSession`. They are checked at once: a bad one throws a `TypeError` that names it. All durations
 * are milliseconds.
 */
export interface SessionOptions {
  /** The endpoint that reads the refresh cookie and answers with an access token, or a function in its place. */
  refresh: string | URL | RefreshEndpoint | RefreshFunction
  /** The endpoint that ends the session on the server. Without one, `signOut()` only forgets the token. */
  signOut?: string | URL | AuthEndpoint | SignOutFunction | undefined
  /**
   * Other origins that may be sent the token, exactly as in `new URL(url).origin`. The page's own always may.
   * @default []
   * @example origins: ['https://api.example.com']
   */
  origins?: readonly string[] | undefined
  /**
   * URLs that are sent as they are: no token, no refresh, no retry. Strings match the path exactly, or the whole URL
   * without its query; regular expressions are tried on the whole URL. The refresh and sign-out URLs always belong.
   * @default []
   * @example exclude: ['/auth/login', '/auth/register']
   */
  exclude?: readonly (string | RegExp)[] | undefined
  /**
   * Asked once, at creation: can there be a session at all? `false` saves anonymous visitors the one refresh call that
   * would tell. Where the backend sets a readable cookie beside the refresh cookie, use `hintCookie`.
   * @example hasSession: () => localStorage.getItem('has-signed-in') === 'yes'
   */
  hasSession?: (() => boolean) | undefined
  /**
   * The readable cookie that the backend sets beside each refresh cookie, with a value that changes with it. It shows
   * whether a refresh whose page is gone has reached this browser, and whether somebody else has rotated the cookie.
   * Name it only if your backend always sets it: then a visitor without it is known to be anonymous, and costs no
   * refresh call at all.
   * @default 'sr_hint', whose absence proves nothing
   */
  hintCookie?: string | undefined
  /**
   * Sessions with the same name and the same refresh URL are one session in all tabs of an origin. Needed where one
   * origin has several whose `refresh` is a function, or which differ by something else than the URL.
   * @default ''
   */
  name?: string | undefined
  /**
   * Whether tabs hand each other the access token, over `BroadcastChannel`, which only pages of the same origin can
   * hear. With `false` they refresh one after another instead.
   * @default true
   */
  shareToken?: boolean | undefined
  /**
   * Decides whether an answer to a request that carried our token means "token expired". Asked for every such
   * answer, successful ones included.
   * @default a 401 whose challenge is `Bearer` or missing, and that is not a step-up or scope challenge
   * @example
   * shouldRefresh: async ({ status, text }) => status === 401 || (await text()).includes('UNAUTHENTICATED')
   */
  shouldRefresh?: ((answer: Answer) => boolean | Promise<boolean>) | undefined
  /** What stands before the token in `Authorization`; `''` for nothing. @default 'Bearer' */
  scheme?: string | undefined
  /**
   * How long before its expiry a token is refreshed. At most half the lifetime; 0 refreshes on demand only. The
   * moment is moved by up to a quarter of it, at random, so that clients do not come all together.
   * @default the smaller of 60_000 and a fifth of the lifetime
   */
  refreshMargin?: number | undefined
  /**
   * How long to wait for one answer of the refresh endpoint. 1 or more. Keep it below the server's grace period: then
   * the second attempt gets the same successor as the first, whichever answer arrives last.
   * @default 8000
   */
  refreshTimeout?: number | undefined
  /**
   * How long a request waits for a usable token, over several attempts, before it is rejected with
   * `ERR_REFRESH_UNAVAILABLE`. Its own timeout or abort signal may end the wait earlier. 1 or more.
   * @default 15_000
   */
  maxWait?: number | undefined
}

/** An immutable picture of the session: the same object for as long as nothing has changed. */
export interface SessionSnapshot {
  /** `loading` until it is known whether there is a session; in doubt (offline) it stays so. */
  readonly status: 'loading' | 'authenticated' | 'unauthenticated'
  /** Signed in, but without a usable token at the moment: the refresh endpoint could not be reached. */
  readonly stale: boolean
  /** Whether a refresh is under way. A fact of its own: it does not change `status`. */
  readonly refreshing: boolean
  /** When the token expires, in epoch milliseconds by the local clock; undefined if nobody says. */
  readonly expiresAt: number | undefined
  /** Why the status is `unauthenticated`. */
  readonly reason: EndReason | undefined
  /** What went wrong at the last refresh, until one succeeds. */
  readonly error: Error | undefined
  /**
   * How far the tabs of this browser work together; it does not change while the page lives.
   * `full`: one refresh and one session for all of them.
   * `local`: as far as it goes. Without Web Locks (plain http) turns are taken by way of `localStorage`, which is not
   * certain; without `BroadcastChannel` tabs refresh one after another; without `localStorage` a page does not know of
   * the refresh of one that was left; embedded in another site, it does not reach the tabs outside. The server's grace
   * period covers the rest.
   * `none`: this tab is on its own.
   */
  readonly coordination: 'full' | 'local' | 'none'
}
