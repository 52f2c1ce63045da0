import type { Answer, AnswerRule } from './answer.ts'

/**
 * A header that another site's form cannot send: a fixed value, one that a function tells, or one copied from a readable
 * cookie (double submit). Read at each call; a value that is not there is not sent.
 *
 * @example
 * const csrf: CsrfHeader = { header: 'X-CSRFToken', cookie: 'csrftoken' }
 */
export type CsrfHeader =
  | { header: string; value: string | (() => string | null | undefined) }
  | { header: string; cookie: string }

/** A call to the backend that the session makes by itself. All of it is sent by native `fetch`. */
export interface AuthEndpoint {
  /** Where it is; relative URLs are resolved against the page. */
  url: string | URL
  /** With GET nothing but `SameSite` and the CSRF header keeps other sites from making the call. @default 'POST' */
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
   * The header against forged calls; `false` sends none.
   * @default the session's `csrf`, or else { header: 'X-Silent-Refresh', value: '1' }
   */
  csrf?: false | CsrfHeader | undefined
}

/** The endpoint that ends the session on the server. */
export interface SignOutEndpoint extends AuthEndpoint {
  /** The statuses that, beside 2xx, mean "there is no session to end", which is what was wanted. @default [401] */
  done?: readonly number[] | undefined
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
   * body and the headers. `false`: nowhere, the server sets it as a cookie (cookie-only mode); then requests carry no
   * `Authorization`, and all else works the same.
   * @default ['access_token', 'accessToken', 'access', 'token', 'jwt', 'refreshedToken', 'data.access_token']
   */
  accessToken?:
    | string
    | readonly string[]
    | ((body: unknown, headers: Headers) => unknown)
    | false
    | undefined
  /**
   * Where the answer has the token's expiry (a dotted path, or a function of the parsed body and the headers), and in
   * which unit. Without one, a JWT's own `exp - iat` counts; without that, `lifetime`.
   * @default { path: 'expires_in', unit: 's' } (RFC 6749 section 5.1)
   */
  expiry?: { path: string | ((body: unknown, headers: Headers) => unknown); unit: ExpiryUnit } | undefined
  /**
   * How long a token lives if neither the answer nor the token says so, in milliseconds; 1000 or more.
   * @default unknown: the token is used until a 401
   */
  lifetime?: number | undefined
  /**
   * Where the answer names the user: a dotted path, or a function of the parsed body and the headers. Compared from refresh to refresh, so that nobody ends up in
   * another user's session; never trusted otherwise. Without it a JWT's `sub` counts.
   */
  subject?: string | ((body: unknown, headers: Headers) => unknown) | undefined
  /**
   * Which answers mean "this session is over": statuses, a rule, or a function. What it does not name is kept apart:
   * 408, 409, 425, 429 and 5xx are trouble that passes, all else is a mistake in the configuration. A web page with another
   * status than 401 is a firewall's or a proxy's, and trouble that passes, too.
   * @default [400, 401, 403, 422]
   * @example
   * refused: async ({ status, json }) => status === 401 && (await json()) !== undefined
   */
  refused?: readonly number[] | AnswerRule | ((answer: Answer) => boolean | Promise<boolean>) | undefined
}
