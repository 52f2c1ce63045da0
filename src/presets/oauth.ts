import type { Answer } from '../session/answer.ts'
import { mountAt, type Preset } from './preset.ts'

/** Options of {@link oauth}. */
export interface OauthOptions {
  /** The token endpoint of the proxy, below `base`. @default 'oauth/token' */
  tokenPath?: string | undefined
  /** What ends the session, below `base`. @default none: `signOut()` only forgets the token */
  signOutPath?: string | undefined
}

/**
 * A proxy in front of an OAuth 2 server (RFC 6749), which keeps the refresh token in a cookie and adds it, with the
 * client's secret, to the token requests of the page. Laravel Passport is often used like this.
 *
 * - It is asked with the form `grant_type=refresh_token` and answers `access_token` and `expires_in`.
 * - The session ends with 400 `invalid_grant` and with 401, except 401 `invalid_client`. Every other 400 is a mistake
 *   in the set-up (`invalid_request`, `unauthorized_client`) and ends nothing. No data form says that, hence
 *   `refused` is a function.
 * - The refresh carries `X-Silent-Refresh: 1`. Without requiring it a proxy is open to forged refreshes: the form
 *   alone needs no preflight. Where it must not be sent: `{ ...preset, refresh: { ...preset.refresh, csrf: false }
 *   }`.
 * - Not covered: an OAuth server without such a proxy, which would need the refresh token in the page.
 *
 * Source: RFC 6749 sections 5 and 6.
 *
 * @param base where the proxy answers: `/`, a path like `/api`, or an absolute URL, whose origin is allowed then
 * @throws {TypeError} if `base` is no such place
 * @example
 * const session = createSession({ ...oauth('/api', { signOutPath: 'oauth/logout' }) })
 */
export function oauth(
  base: string | URL = '/',
  { tokenPath = 'oauth/token', signOutPath }: OauthOptions = {},
): Preset {
  const { at, origins } = mountAt(base)
  return {
    refresh: {
      url: at(tokenPath),
      headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
      body: 'grant_type=refresh_token',
      accessToken: 'access_token',
      expiry: { path: 'expires_in', unit: 's' },
      refused: isRefusal,
    },
    ...(signOutPath !== undefined && { signOut: { url: at(signOutPath) } }),
    ...origins,
  }
}

async function isRefusal({ status, json }: Answer): Promise<boolean> {
  if (status !== 400 && status !== 401) return false
  const { error } = ((await json()) ?? {}) as { error?: unknown }
  return status === 400 ? error === 'invalid_grant' : error !== 'invalid_client'
}
