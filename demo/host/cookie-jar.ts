import { type Cookies, parseCookies, serializeCookie } from '../server/session/cookies.ts'
import type { Shelf } from '../server/store/memory-store.ts'

interface Kept {
  value: string
  /** Epoch milliseconds. */
  expiresAt: number
}

/**
 * The browser's part for a backend that runs inside the page: no `Set-Cookie` of an answer made there ever reaches
 * the browser. What should be httpOnly lies on the shelf, where scripts could read it; nothing else can be done here.
 */
export function createCookieJar(shelf: Shelf): Cookies {
  function load(): Record<string, Kept> {
    return JSON.parse(shelf.load() ?? '{}') as Record<string, Kept>
  }

  return {
    get(name) {
      const kept = load()[name]
      if (kept) return kept.expiresAt > Date.now() ? kept.value : undefined
      return parseCookies(document.cookie).get(name)
    },
    set(name, value, attributes) {
      if (!attributes.httpOnly) {
        // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is not in every browser
        document.cookie = serializeCookie(name, value, attributes)
        return
      }
      const { [name]: _former, ...others } = load()
      const expiresAt = Date.now() + attributes.maxAge
      shelf.save(JSON.stringify(attributes.maxAge > 0 ? { ...others, [name]: { value, expiresAt } } : others))
    },
  }
}
