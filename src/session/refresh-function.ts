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
  /** Remaining lifetime in milliseconds, at least 1000; `Infinity` for none: then it is used until a 401. */
  expiresIn?: number | undefined
  /** End of life in milliseconds since 1970, by the local clock. */
  expiresAt?: number | undefined
  /** The user it belongs to, see `RefreshEndpoint.subject`. */
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
