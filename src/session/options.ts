import type { Answer, AnswerRule } from './answer.ts'
import type { CsrfHeader, RefreshEndpoint, SignOutEndpoint } from './auth-endpoint.ts'
import type { RefreshFunction, SignOutFunction } from './refresh-function.ts'

/** How requests are kept from being forged, for {@link SessionOptions.csrf}. */
export type CsrfOptions = CsrfHeader & {
  /**
   * Where a new CSRF cookie can be had with a GET, if an answer says that the one sent is no good. One such call serves
   * all who need it; each request is then sent once more, apart from its one retry with a new token.
   */
  renewal?: { url: string | URL; status: readonly number[] } | undefined
}

/**
 * Options of `createSession`. They are checked at once: a bad one throws a `TypeError` that names it. All durations
 * are milliseconds.
 */
export interface SessionOptions {
  /** The endpoint that reads the refresh cookie and answers with an access token, or a function in its place. */
  refresh: string | URL | RefreshEndpoint | RefreshFunction
  /**
   * The endpoint that ends the session on the server, by its cookie. If yours goes by the access token, give a function. Without one, `signOut()` only forgets the token.
   * @example
   * signOut: ({ accessToken }) => axios.post('/logout', {}, { headers: { Authorization: `Bearer ${accessToken}` } })
   */
  signOut?: string | URL | SignOutEndpoint | SignOutFunction | undefined
  /**
   * Other origins that may be sent the token, exactly as in `new URL(url).origin`. The page's own always may.
   * @default []
   * @example origins: ['https://api.example.com']
   */
  origins?: readonly string[] | undefined
  /**
   * A header for all requests to the page's own and the allowed `origins`, excluded ones too. For backends that know the
   * user by a cookie. Where it is copied from a cookie, that has to be one of the page's own host.
   * @default none
   * @example csrf: { header: 'X-XSRF-TOKEN', cookie: 'XSRF-TOKEN' }
   */
  csrf?: CsrfOptions | undefined
  /**
   * URLs that are sent without token: no waiting, no refresh, no retry. Strings match the path exactly, or the whole URL
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
   * Decides whether an answer to a request that carried our token means "token expired". A rule goes by status and body
   * code; step-up and scope challenges never count with it. A function decides alone, and is asked for every answer,
   * successful ones included.
   * @default a 401 whose challenge is `Bearer` or missing, and that is not a step-up or scope challenge
   * @example
   * shouldRefresh: async ({ status, text }) => status === 401 || (await text()).includes('UNAUTHENTICATED')
   */
  shouldRefresh?: AnswerRule | ((answer: Answer) => boolean | Promise<boolean>) | undefined
  /**
   * The header that carries the token. `Authorization` is the only one that browsers take off when a request is
   * redirected to another origin (Fetch standard, HTTP-redirect fetch).
   * @default 'Authorization'
   */
  tokenHeader?: string | undefined
  /** What stands before the token in its header; `''` for nothing. @default 'Bearer' */
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
