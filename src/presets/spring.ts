import { mountAt, type Preset } from './preset.ts'

/** Options of {@link spring}. All paths are below `base`. */
export interface SpringOptions {
  /** @default 'api/auth/refresh' */
  refreshPath?: string | undefined
  /** @default 'api/auth/logout' */
  signOutPath?: string | undefined
  /** @default 'api/auth/login' */
  loginPath?: string | undefined
  /** The access token is a cookie, too, and JavaScript never sees it. @default false */
  cookieOnly?: boolean | undefined
}

/**
 * Spring Boot with Spring Security 6 or 7 and auth endpoints of one's own, as most samples have them.
 *
 * - Every request to the page's own and the allowed origins carries `X-XSRF-TOKEN` as the cookie `XSRF-TOKEN` has it,
 *   for `CookieCsrfTokenRepository.withHttpOnlyFalse()` (Spring Security 7: `csrf.spa()`). Spring Security 6 writes
 *   that cookie only once something has asked for the token: see "Single-Page Applications" in its docs.
 * - The refresh answers `{ "accessToken": "..." }`, for `cookieOnly` with the new cookie alone. The token's life is
 *   read from `expires_in` or from the JWT.
 * - It ends the session with 401, or with 400 where the cookie is missing (`@CookieValue`). A 403 is what Spring says
 *   to a bad CSRF token, so it ends nothing; if yours means it: `{ ...preset, refresh: { ...preset.refresh, refused:
 *   [401, 403] } }`.
 * - An expired token is a 401, best with the challenge of `oauth2ResourceServer()`. Samples that answer 403 need an
 *   `AuthenticationEntryPoint`.
 * - `signOut` must not be answered with a redirect, as Spring's own `/logout` is by default.
 *
 * Source: Spring Security docs, "Cross Site Request Forgery (CSRF)", "OAuth 2.0 Resource Server".
 *
 * @param base where Spring answers: `/`, a path, or an absolute URL, whose origin is allowed then
 * @throws {TypeError} if `base` is no such place
 * @example
 * const session = createSession({ ...spring('/', { refreshPath: 'api/auth/refreshtoken' }) })
 */
export function spring(base: string | URL = '/', options: SpringOptions = {}): Preset {
  const { at, origins } = mountAt(base)
  const {
    refreshPath = 'api/auth/refresh',
    signOutPath = 'api/auth/logout',
    loginPath = 'api/auth/login',
    cookieOnly = false,
  } = options
  return {
    refresh: { url: at(refreshPath), accessToken: cookieOnly ? false : 'accessToken', refused: [400, 401] },
    signOut: { url: at(signOutPath) },
    csrf: { header: 'X-XSRF-TOKEN', cookie: 'XSRF-TOKEN' },
    exclude: [at(loginPath)],
    ...origins,
  }
}
