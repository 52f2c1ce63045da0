import { mountAt, type Preset } from './preset.ts'

/** Options of {@link djRestAuth}. */
export interface DjRestAuthOptions {
  /** Where `dj_rest_auth.urls` are included, below `base`. @default 'api/auth/' */
  urls?: string | undefined
}

/**
 * dj-rest-auth 3 and later with djangorestframework-simplejwt.
 *
 * - Settings: `REST_AUTH = { 'USE_JWT': True, 'JWT_AUTH_HTTPONLY': True, 'JWT_AUTH_REFRESH_COOKIE': '...' }`, and on
 *   https `JWT_AUTH_SECURE: True`, which is off by default. Leave `JWT_AUTH_COOKIE` unset: the access token is for
 *   the header.
 * - The refresh and the sign-out send `X-CSRFToken` as the cookie `csrftoken` has it; nothing if there is none.
 * - `access_expiration` is a moment, so it counts only where the page can read the answer's `Date` header (another
 *   origin has to expose it); else the token's own `exp` and `iat` do, as well.
 * - An expired token is 401 `token_not_valid`. `user_inactive`, `user_not_found`, `password_changed` and
 *   `authentication_failed` are passed on: no new token would help.
 * - A refresh answered 403 (`CSRF Failed`) ends no session.
 * - `urls` has its slash at the end, as Django has it.
 *
 * Source: dj-rest-auth docs, "Configuration" and "API endpoints"; simplejwt docs, "Settings".
 *
 * @param base where Django answers: `/`, a path, or an absolute URL, whose origin is allowed then
 * @throws {TypeError} if `base` is no such place
 * @example
 * const session = createSession({ ...djRestAuth('https://api.example.com', { urls: 'dj-rest-auth/' }) })
 */
export function djRestAuth(base: string | URL = '/', { urls = 'api/auth/' }: DjRestAuthOptions = {}): Preset {
  const { at, origins } = mountAt(base)
  const csrf = { header: 'X-CSRFToken', cookie: 'csrftoken' }
  const inUrls = (path: string) => at(`${urls.replace(/\/*$/, '/')}${path}`)
  return {
    refresh: {
      url: inUrls('token/refresh/'),
      csrf: { ...csrf },
      accessToken: 'access',
      expiry: { path: 'access_expiration', unit: 'iso' },
      refused: [401],
    },
    signOut: { url: inUrls('logout/'), csrf: { ...csrf } },
    shouldRefresh: { status: [401], code: { path: 'code', only: ['token_not_valid'] } },
    exclude: ['login/', 'registration/', 'password/reset/', 'password/reset/confirm/'].map(inUrls),
    ...origins,
  }
}
