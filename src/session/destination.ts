import type { Page } from './environment.ts'

/** What may go to a URL, already combined with any base URL of the client's. */
export interface Destination {
  /** Whether the session's token may. */
  mayCarryToken(url: string): boolean
  /** Whether it is the page's own or an allowed origin, excluded URLs included. */
  isAllowed(url: string): boolean
}

export interface DestinationOptions {
  readonly origins: readonly string[]
  readonly exclude: readonly (string | RegExp)[]
  /** The session's own calls, which must never wait for themselves. */
  readonly ownUrls: readonly string[]
}

// Nothing in such a path can lead away from an origin before it, or from the page's own, nor does a URL parser change it, so
// the hot path need not parse it: no backslash, tab, line end, dot segment or empty segment is among what it allows.
const plainUrl = /^\/(?:[\w~-][\w.~%-]*(?:\/[\w~-][\w.~%-]*)*\/?)?(?:\?[\w.~%&=+,:@/-]*)?$/

const localHost = /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/

function withoutQuery(url: string): string {
  const end = url.search(/[?#]/)
  return end < 0 ? url : url.slice(0, end)
}

/** The exact origin of the final URL decides; prefixes of URLs have been fooled too often (`https://api@evil.test`). */
export function createDestination(options: DestinationOptions, page: Page): Destination {
  const { exclude, ownUrls } = options
  const allowed = new Set([page.origin, ...options.origins].filter((origin) => origin !== 'null'))
  const patterns = exclude.filter((entry) => entry instanceof RegExp)
  const texts = [...ownUrls, ...exclude.filter((entry) => typeof entry === 'string')]
  let base = ''
  /** Empty while the base is somewhere no token goes. */
  let baseOrigin = ''
  let excluded = new Set<string>()
  /** The last answer: each request asks again for each of its tries. */
  let asked: string | undefined
  let answer = false

  /** A `<base>` element may change what relative URLs mean while the page lives. */
  function followBase(): void {
    const current = page.baseUrl()
    if (current === base) return
    base = current
    asked = undefined
    baseOrigin = resolve(current)?.origin ?? ''
    // Where the base cannot be combined with a path, only whole URLs are left.
    const readable = texts.filter((text) => URL.canParse(text, current))
    excluded = new Set(readable.map((text) => withoutQuery(new URL(text, current).href)))
  }

  function resolve(url: string): URL | undefined {
    let target: URL
    try {
      target = new URL(url, base)
    } catch {
      return undefined
    }
    if (!/^https?:$/.test(target.protocol)) return undefined
    const isDowngrade =
      target.protocol === 'http:' && page.origin.startsWith('https:') && !localHost.test(target.hostname)
    return isDowngrade || !allowed.has(target.origin) ? undefined : target
  }

  function mayCarryToken(given: string): boolean {
    // Callers of axios give it URL objects, too, which may change.
    const url = String(given)
    followBase()
    if (url !== asked) {
      answer = decide(url)
      asked = url
    }
    return answer
  }

  function decide(url: string): boolean {
    const start = url.startsWith('https://') ? url.indexOf('/', 8) : 0
    if (patterns.length === 0) {
      const origin = url.slice(0, start) || baseOrigin
      const path = url.slice(start)
      if (allowed.has(origin) && plainUrl.test(path)) return !excluded.has(origin + withoutQuery(path))
    }
    const target = resolve(url)
    return (
      target !== undefined &&
      !excluded.has(withoutQuery(target.href)) &&
      !patterns.some((pattern) => target.href.search(pattern) >= 0)
    )
  }

  function isAllowed(url: string): boolean {
    followBase()
    return resolve(url) !== undefined
  }

  return { mayCarryToken, isAllowed }
}
