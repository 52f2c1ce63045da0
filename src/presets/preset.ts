import type { RefreshEndpoint } from '../session/auth-endpoint.ts'
import type { SessionOptions } from '../session/options.ts'

/**
 * The options of a session with a known backend: an object of one's own, to be spread and overridden.
 *
 * @example
 * const preset = directus('https://cms.example.com')
 * const session = createSession({ ...preset, refresh: { ...preset.refresh, keepalive: false } })
 */
export interface Preset extends SessionOptions {
  refresh: RefreshEndpoint
}

/** A backend at its place. */
export interface Mount {
  /** The URL of one of its endpoints. */
  at(path: string): string
  /** The option that allows its origin; nothing for a backend on the page's own. */
  readonly origins: { readonly origins?: readonly string[] }
}

// Paths are parsed against it; nothing is ever sent there.
const nowhere = 'http://nowhere.invalid'

/**
 * `base` is where the backend answers: `/`, a path, or an absolute URL; a slash at its end makes no difference.
 *
 * @throws {TypeError} if it is anything else
 */
export function mountAt(base: string | URL): Mount {
  const text = String(base)
  const isPath = text.startsWith('/')
  const against = isPath ? nowhere : undefined
  const url = URL.canParse(text, against) ? new URL(text, against) : undefined
  const isPlain =
    url && /^https?:$/.test(url.protocol) && !(url.search || url.hash || url.username || url.password)
  // Two slashes lead to another host, and so they do after dots; a backslash counts as a slash.
  const leadsAway = isPath && (url?.origin !== nowhere || url.pathname.startsWith('//'))
  if (!isPlain || leadsAway) {
    throw new TypeError(
      'silent-refresh: "base" must be a path that begins with "/", or an http(s) URL without query and credentials.',
    )
  }
  const root = (isPath ? '' : url.origin) + url.pathname.replace(/\/+$/, '')
  return {
    at: (path) => `${root}/${path.replace(/^\/+/, '')}`,
    origins: isPath ? {} : { origins: [url.origin] },
  }
}

/** How a backend is left that lets nobody sign out without a valid token. */
export interface Leaving {
  /** Asks to be signed out; with `null` it has no token to show. */
  leave(accessToken: string | null): Promise<Response>
  /** Gets a new token. */
  refresh(): Promise<Response>
  /** Where the answer of a refresh has the token; null if it is a cookie. */
  readToken(response: Response): Promise<string | null>
}

/**
 * Signs out, with one refresh before it if the token has expired: an answer 401 alone would leave the refresh cookie
 * alive, and the next page would find the user signed in again.
 */
export async function leaveWithToken(
  { leave, refresh, readToken }: Leaving,
  token: string | null,
): Promise<void> {
  const first = await leave(token)
  if (first.ok) return
  if (first.status !== 401) throw failure(first)
  const refreshed = await refresh()
  // There is no session any more, which is what was wanted.
  if (refreshed.status === 400 || refreshed.status === 401) return
  if (!refreshed.ok) throw failure(refreshed)
  const last = await leave(await readToken(refreshed))
  if (!last.ok) throw failure(last)
}

const failure = ({ status }: Response) => new Error(`The sign-out was answered ${status}.`)
