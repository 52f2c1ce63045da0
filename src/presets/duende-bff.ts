import { mountAt, type Preset } from './preset.ts'

/** Options of {@link duendeBff}. */
export interface DuendeBffOptions {
  /** `ManagementBasePath` of the BFF, below `base`. @default 'bff' */
  managementPath?: string | undefined
}

/**
 * Duende BFF (ASP.NET Core), which keeps all tokens on the server and refreshes them there. What is left to the page
 * is to know whether the session lives: `GET /bff/user?slide=false` tells, without prolonging it.
 *
 * - JavaScript sees no token; every request to the page's own and the allowed origins carries `X-CSRF: 1`. Without
 *   that header a BFF answers 401, too.
 * - A 401 of the API, and the end that `bff:session_expires_in` has announced, are followed by that question: if the
 *   session lives, the request is sent once more; otherwise it is over. Nothing is asked ahead of time.
 * - Leave the answer to anonymous visitors at 401 (the default): a 200 would count as a session.
 * - Signing in and out are navigations, to `/bff/login` and to the claim `bff:logout_url`. There is no `signOut`
 *   endpoint: `session.signOut()` makes all tabs forget the session; then leave with `location.href = logoutUrl`.
 *   After the login the page starts anew and finds its session.
 * - API endpoints have to be marked as such (`AsBffApiEndpoint()`, `MapRemoteBffApiEndpoint`): then they answer 401
 *   instead of redirecting to the login.
 *
 * Source: Duende BFF docs, "User Endpoint", "Protecting API Endpoints", "Logout Endpoint".
 *
 * @param base where the BFF answers: `/`, a path, or an absolute URL, whose origin is allowed then
 * @throws {TypeError} if `base` is no such place
 * @example
 * const session = createSession({ ...duendeBff() })
 */
export function duendeBff(
  base: string | URL = '/',
  { managementPath = 'bff' }: DuendeBffOptions = {},
): Preset {
  const { at, origins } = mountAt(base)
  return {
    refresh: {
      url: at(`${managementPath.replace(/\/+$/, '')}/user?slide=false`),
      method: 'GET',
      accessToken: false,
      expiry: { path: (claims) => claimIn(claims, 'bff:session_expires_in'), unit: 's' },
      subject: (claims) => claimIn(claims, 'sub'),
      refused: [401],
    },
    csrf: { header: 'X-CSRF', value: '1' },
    refreshMargin: 0,
    ...origins,
  }
}

function claimIn(claims: unknown, name: string): unknown {
  const list = claims as readonly { type: string; value: unknown }[]
  return list.find(({ type }) => type === name)?.value
}
