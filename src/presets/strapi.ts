import { leaveWithToken, mountAt, type Preset } from './preset.ts'

/**
 * Strapi 5 with the Users & Permissions plugin in its session mode.
 *
 * - Settings: `jwtManagement: 'refresh'` in the plugin's configuration, and best `sessions: { httpOnly: true }`.
 *   Without the mode the refresh is answered 404, which is reported as a mistake in the set-up.
 * - The refresh endpoint has to read the refresh token from its cookie. The first releases with this mode read it
 *   from the body only, and answer every refresh 400.
 * - Unless `sessions.httpOnly` is on, your login and registration have to send the header `x-strapi-refresh-cookie`
 *   with the value `httpOnly`, too; without it the refresh token is in the body.
 * - For another origin the middleware `strapi::cors` needs that header among its `headers`; on another site the cookie
 *   needs `sessions.cookie.sameSite: 'none'`.
 * - Strapi signs out only who shows a valid access token, hence `signOut` is a function, which refreshes first if it
 *   has to. The user's role needs the permission for that endpoint.
 *
 * Source: Strapi docs, "Users & Permissions", session management.
 *
 * @param base where Strapi answers, without its `/api`: `/`, a path, or an absolute URL, whose origin is allowed then
 * @throws {TypeError} if `base` is no such place
 * @example
 * const session = createSession({ ...strapi('https://cms.example.com') })
 */
export function strapi(base: string | URL = '/'): Preset {
  const { at, origins } = mountAt(base)
  const headers = { 'x-strapi-refresh-cookie': 'httpOnly' }
  const url = at('api/auth/refresh')
  const post = (target: string, more: Record<string, string> = {}) =>
    fetch(target, {
      method: 'POST',
      headers: { Accept: 'application/json', 'Content-Type': 'application/json', ...headers, ...more },
      body: '{}',
      credentials: 'include',
      keepalive: true,
    })
  const leaving = {
    leave: (token: string | null) =>
      post(at('api/auth/logout'), token === null ? {} : { Authorization: `Bearer ${token}` }),
    refresh: () => post(url),
    readToken: async (response: Response) => ((await response.json()) as { jwt: string }).jwt,
  }
  return {
    refresh: { url, headers: { ...headers }, csrf: false, accessToken: 'jwt', refused: [400, 401] },
    signOut: ({ accessToken }) => leaveWithToken(leaving, accessToken),
    exclude: ['local', 'local/register', 'forgot-password', 'reset-password'].map((path) =>
      at(`api/auth/${path}`),
    ),
    ...origins,
  }
}
