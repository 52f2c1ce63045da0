import { mountAt, type Preset } from './preset.ts'

/** Options of {@link flaskJwtExtended}. All paths are below `base`. */
export interface FlaskJwtExtendedOptions {
  /** The view with `@jwt_required(refresh=True)`. @default 'refresh' */
  refreshPath?: string | undefined
  /** The view that calls `unset_jwt_cookies()`. @default 'logout' */
  signOutPath?: string | undefined
  /** @default 'login' */
  loginPath?: string | undefined
  /** The access token is a cookie, too, and JavaScript never sees it. @default false */
  cookieOnly?: boolean | undefined
}

const header = 'X-CSRF-TOKEN'

// The set-up is to blame for these, not the session. The second is what 3.x says.
const mistakes = [
  'Missing CSRF token',
  'Missing CSRF token in headers',
  'CSRF double submit tokens do not match',
  'Missing Authorization Header',
]

/**
 * Flask-JWT-Extended 4 with the refresh token in a cookie.
 *
 * - Settings: `JWT_TOKEN_LOCATION = ['headers', 'cookies']`, for `cookieOnly` `['cookies']`; `JWT_COOKIE_CSRF_PROTECT
 *   = True` (the default), and on https `JWT_COOKIE_SECURE = True`, which is off by default. The names of the cookies
 *   and of the header are the default ones.
 * - The views are yours: the one of the refresh answers `{ "access_token": "..." }` and, if refresh tokens rotate,
 *   calls `set_refresh_cookies()`; for `cookieOnly` it calls `set_access_cookies()`. That of the sign-out calls
 *   `unset_jwt_cookies()` and has no `@jwt_required()`, or one with `refresh=True`.
 * - The token's life is read from the JWT. For `cookieOnly` nobody says it: add `lifetime`, or else every expiry
 *   costs a 401.
 * - `Token has expired` and `Token has been revoked` start a refresh. `Fresh token required`, `Missing Authorization
 *   Header` and all that is said about CSRF do not. Messages of your own error handlers have to be named in
 *   `shouldRefresh`.
 * - A refresh answered 401 or 422 ends the session, unless it is about CSRF or says `Missing Authorization Header`:
 *   then the cookies are not among the token locations.
 * - `cookieOnly` needs cookies that the page can read, so the API has to be on the page's own host; with `fetch` to
 *   another port of it, send `credentials: 'include'`.
 *
 * Source: Flask-JWT-Extended docs, "JWT Locations", "Refreshing Tokens", "Configuration Options".
 *
 * @param base where Flask answers: `/`, a path like `/api`, or an absolute URL, whose origin is allowed then
 * @throws {TypeError} if `base` is no such place
 * @example
 * const session = createSession({ ...flaskJwtExtended('/api', { refreshPath: 'auth/refresh' }) })
 *
 * const preset = flaskJwtExtended('/api', { cookieOnly: true })
 * const cookieSession = createSession({ ...preset, refresh: { ...preset.refresh, lifetime: 15 * 60_000 } })
 */
export function flaskJwtExtended(base: string | URL = '/', options: FlaskJwtExtendedOptions = {}): Preset {
  const { refreshPath = 'refresh', signOutPath = 'logout', loginPath = 'login', cookieOnly = false } = options
  const { at, origins } = mountAt(base)
  const csrf = { header, cookie: 'csrf_refresh_token' }
  const expired = ['Token has expired', 'Token has been revoked']
  return {
    refresh: {
      url: at(refreshPath),
      csrf: { ...csrf },
      accessToken: cookieOnly ? false : 'access_token',
      refused: { status: [401, 422], code: { path: 'msg', except: [...mistakes] } },
    },
    signOut: { url: at(signOutPath), csrf: { ...csrf } },
    ...(cookieOnly && { csrf: { header, cookie: 'csrf_access_token' } }),
    shouldRefresh: {
      status: [401],
      // With a `max_age` for `set_access_cookies()` it is the browser that lets the token expire.
      code: {
        path: 'msg',
        only: cookieOnly ? [...expired, 'Missing cookie "access_token_cookie"'] : expired,
      },
    },
    exclude: [at(loginPath)],
    ...origins,
  }
}
