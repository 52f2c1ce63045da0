import { mountAt, type Preset } from './preset.ts'

/** Options of {@link payload}. */
export interface PayloadOptions {
  /** The slug of the auth collection. @default 'users' */
  collection?: string | undefined
  /** The collection has `auth.removeTokenFromResponses`: the token is a cookie only. @default false */
  cookieOnly?: boolean | undefined
  /**
   * Whether a 403 of the API may mean that the token has expired. Payload has no other answer for that, nor any that
   * tells it from a plain refusal: then every refusal costs a refresh, at most one in 5 seconds.
   * @default false: the refresh ahead of expiry has to do
   */
  refreshOnForbidden?: boolean | undefined
}

/**
 * Payload 3, with an auth collection.
 *
 * - Its cookie `payload-token` is the access token itself, so it can be refreshed only before it expires
 *   (`auth.tokenExpiration`, two hours by default): a page that was hidden past that moment finds its session over.
 * - Payload's `csrf` has to list the page's origin, and `cors` too if it is another one; on another site
 *   `auth.cookies` needs `sameSite: 'None'` and `secure: true`.
 * - The token goes out as `Authorization: JWT ...`. `exp` is a moment, so it counts only where the page can read the
 *   answer's `Date` header; else the token's own `exp` and `iat` do, as well.
 * - The refresh says 403 when the session is over. A sign-out without a valid cookie is answered 400, which counts as done.
 * - Not covered: API keys, and several auth collections at once, which are several sessions.
 *
 * Source: Payload docs, "Authentication / Operations", "Token Data", "Cookie Strategy".
 *
 * @param base where Payload answers, without its `/api`: `/`, a path, or an absolute URL, whose origin is allowed then
 * @throws {TypeError} if `base` is no such place
 * @example
 * const session = createSession({ ...payload('/', { collection: 'customers' }) })
 */
export function payload(base: string | URL = '/', options: PayloadOptions = {}): Preset {
  const { collection = 'users', cookieOnly = false, refreshOnForbidden = false } = options
  const { at, origins } = mountAt(base)
  const inCollection = (path: string) => at(`api/${collection}/${path}`)
  return {
    refresh: {
      url: inCollection('refresh-token'),
      csrf: false,
      // A refresh and a login name it differently.
      accessToken: cookieOnly ? false : ['refreshedToken', 'token'],
      expiry: { path: 'exp', unit: 'unix' },
      subject: 'user.id',
      refused: [401, 403],
    },
    signOut: { url: inCollection('logout'), csrf: false, done: [400, 401] },
    scheme: 'JWT',
    ...(refreshOnForbidden && { shouldRefresh: { status: [401, 403] } }),
    exclude: ['login', 'forgot-password', 'reset-password'].map(inCollection),
    ...origins,
  }
}
