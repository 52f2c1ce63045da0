import { mountAt, type Preset } from './preset.ts'

const path = 'errors.0.extensions.code'

/**
 * Directus 10 and later, authentication mode `cookie`: the refresh token is a cookie, the access token is in the
 * body.
 *
 * - Sign in with `{ "email": "...", "password": "...", "mode": "cookie" }`; without the mode the refresh token is in
 *   the body.
 * - Settings for another origin: `CORS_ENABLED=true`, `CORS_ORIGIN`, `CORS_CREDENTIALS=true`, and, on another site,
 *   `REFRESH_TOKEN_COOKIE_SAME_SITE=none` with `REFRESH_TOKEN_COOKIE_SECURE=true`. No header beyond the default
 *   `CORS_ALLOWED_HEADERS` is sent.
 * - An expired token is 401 `TOKEN_EXPIRED`. 403 `INVALID_TOKEN` and 401 `INVALID_CREDENTIALS` are passed on.
 * - The session ends when the refresh says 401 `INVALID_CREDENTIALS` or 400 `INVALID_PAYLOAD`: there is no cookie,
 *   then.
 * - A sign-out without the cookie is answered 400, and `signOut()` rejects with `ERR_SIGN_OUT_FAILED`; the session is
 *   over all the same.
 * - Not covered: static tokens, shares, GraphQL's `errors` with status 200.
 *
 * Source: Directus docs, "Authentication" and "Configuration / Security & Limits".
 *
 * @param base where Directus answers: `/`, a path like `/cms`, or an absolute URL, whose origin is allowed then
 * @throws {TypeError} if `base` is no such place
 * @example
 * const session = createSession({ ...directus('https://cms.example.com') })
 */
export function directus(base: string | URL = '/'): Preset {
  return inMode('cookie', base)
}

/**
 * Directus 10.10 and later, authentication mode `session`: one cookie holds everything, JavaScript sees no token. The
 * refresh prolongs it.
 *
 * - Sign in with `{ "email": "...", "password": "...", "mode": "session" }`.
 * - That cookie is the token itself, so it can be refreshed only before it expires (`SESSION_COOKIE_TTL`, a day by
 *   default). A page that was hidden past that moment finds its session over.
 * - Settings for another origin: as for {@link directus}, with `SESSION_COOKIE_SAME_SITE` and
 *   `SESSION_COOKIE_SECURE`; your requests need `credentials: 'include'`, or axios's `withCredentials`.
 * - What starts a refresh and what ends the session is as for {@link directus}; 401 `TOKEN_EXPIRED` of the refresh
 *   ends it, too.
 *
 * Source: Directus docs, "Authentication" and "Configuration / Security & Limits".
 *
 * @param base where Directus answers: `/`, a path like `/cms`, or an absolute URL, whose origin is allowed then
 * @throws {TypeError} if `base` is no such place
 * @example
 * const session = createSession({ ...directusSession('/cms') })
 */
export function directusSession(base: string | URL = '/'): Preset {
  return inMode('session', base)
}

function inMode(mode: 'cookie' | 'session', base: string | URL): Preset {
  const { at, origins } = mountAt(base)
  const isToken = mode === 'cookie'
  const ends = ['INVALID_PAYLOAD', 'INVALID_CREDENTIALS', 'USER_SUSPENDED']
  return {
    refresh: {
      url: at('auth/refresh'),
      body: { mode },
      csrf: false,
      accessToken: isToken ? 'data.access_token' : false,
      expiry: { path: 'data.expires', unit: 'ms' },
      refused: {
        status: [400, 401],
        code: { path, only: isToken ? ends : [...ends, 'TOKEN_EXPIRED'] },
      },
    },
    signOut: { url: at('auth/logout'), body: { mode }, csrf: false, done: [400, 401] },
    shouldRefresh: { status: [401], code: { path, only: ['TOKEN_EXPIRED'] } },
    exclude: ['auth/login', 'auth/password/request', 'auth/password/reset', 'users/register'].map(at),
    ...origins,
  }
}
