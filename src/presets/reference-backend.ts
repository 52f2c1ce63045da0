import { mountAt, type Preset } from './preset.ts'

/**
 * The reference backend of this library (`demo/server`), and what has been copied from it.
 *
 * - Every call to the backend carries `X-Silent-Refresh: 1`, so that a login through `createAxios` or `createFetch`
 *   needs no header of its own.
 * - A refresh answered 403 (`csrf`, `https_required`) is a mistake in the set-up, a forgotten `--origin` for
 *   instance, and is reported as such; it ends no session.
 * - With a path as base, a visitor without the cookie `sr_hint` is known to be anonymous and costs no refresh. The
 *   cookies of another origin cannot be read, so there the first refresh tells.
 *
 * Source: `demo/server/README.md`.
 *
 * @param base where the backend answers: `/`, a path like `/backend`, or an absolute URL, whose origin is allowed then
 * @throws {TypeError} if `base` is no such place
 * @example
 * const session = createSession({ ...referenceBackend() })
 * const apiFetch = createFetch(session)
 * const headers = { 'Content-Type': 'application/json' }
 * await session.signIn(() => apiFetch('/auth/login', { method: 'POST', headers, body }))
 */
export function referenceBackend(base: string | URL = '/'): Preset {
  const { at, origins } = mountAt(base)
  return {
    refresh: { url: at('auth/refresh'), refused: [401] },
    signOut: { url: at('auth/logout') },
    csrf: { header: 'X-Silent-Refresh', value: '1' },
    exclude: ['login', 'sign-up', 'password/reset-request', 'password/reset'].map((path) =>
      at(`auth/${path}`),
    ),
    ...(origins.origins ? origins : { hintCookie: 'sr_hint' }),
  }
}
