import { mountAt, type Preset } from './preset.ts'

/** Options of {@link laravelSanctum}. All paths are below `base`. */
export interface LaravelSanctumOptions {
  /** A route with `auth:sanctum` that answers with the user. @default 'api/user' */
  userPath?: string | undefined
  /** @default 'login' */
  loginPath?: string | undefined
  /** @default 'logout' */
  signOutPath?: string | undefined
}

/**
 * Laravel Sanctum in its SPA mode: Laravel's session cookie, no token. What is left to the page is to know whether
 * the session lives: `GET /api/user` tells.
 *
 * - Settings: the page's host in `SANCTUM_STATEFUL_DOMAINS`, `statefulApi()`; for a subdomain
 *   `SESSION_DOMAIN=.example.com` and `supports_credentials` in `config/cors.php`. API and page have to share their
 *   top-level domain, or the page could not read the cookie `XSRF-TOKEN`.
 * - Every request to the page's own and the allowed origins carries `X-XSRF-TOKEN`. On a 419 a new cookie is had from
 *   `/sanctum/csrf-cookie`, once for all, and the request sent once more; so no call to it is needed before the
 *   login.
 * - A 401 of the API is followed by the question whether the session lives: if so, the request is sent once more;
 *   otherwise the session is over. A 403 or 409 to that question (email not verified) ends nothing.
 * - With `fetch`, send `Accept: application/json`, or Laravel redirects anonymous visitors to a login page. For
 *   another origin your requests need `credentials: 'include'`, or axios's `withCredentials`.
 * - Not covered: Sanctum's API tokens. A login with Fortify's two-factor authentication answers 200 before the code
 *   is given: call `signIn` for the second step only.
 *
 * Source: Laravel docs, "Sanctum / SPA Authentication" and "CSRF Protection".
 *
 * @param base where Laravel answers: `/`, a path, or an absolute URL, whose origin is allowed then
 * @throws {TypeError} if `base` is no such place
 * @example
 * const session = createSession({ ...laravelSanctum('https://api.example.com') })
 * const api = createAxios(session, { baseURL: 'https://api.example.com', withCredentials: true })
 * await session.signIn(() => api.post('/login', { email, password }))
 */
export function laravelSanctum(base: string | URL = '/', options: LaravelSanctumOptions = {}): Preset {
  const { userPath = 'api/user', loginPath = 'login', signOutPath = 'logout' } = options
  const { at, origins } = mountAt(base)
  const csrfUrl = at('sanctum/csrf-cookie')
  return {
    refresh: { url: at(userPath), method: 'GET', accessToken: false, subject: 'id', refused: [401] },
    signOut: { url: at(signOutPath) },
    csrf: {
      header: 'X-XSRF-TOKEN',
      cookie: 'XSRF-TOKEN',
      renewal: { url: csrfUrl, status: [419] },
    },
    exclude: [csrfUrl, ...[loginPath, 'register', 'forgot-password', 'reset-password'].map(at)],
    ...origins,
  }
}
