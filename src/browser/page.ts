import type { Page } from '../session/environment.ts'

/** Not in every browser yet, and nowhere on plain http. */
const store = () => (globalThis as { cookieStore?: { get(name: string): Promise<unknown> } }).cookieStore

export const browserPage: Page = {
  baseUrl: () => document.baseURI,
  get origin() {
    return location.origin
  },
  readCookie(name) {
    const prefix = `${name}=`
    const found = document.cookie.split('; ').find((cookie) => cookie.startsWith(prefix))
    if (found === undefined) return undefined
    const value = found.slice(prefix.length)
    try {
      return decodeURIComponent(value)
    } catch {
      return value
    }
  },
  // WebKit tells a page of an answer, one time in ten, a task before `document.cookie` shows what it has set (measured in
  // WebKitGTK 2.50; Chromium and Firefox never did). The cookie store asks where the cookies are kept, and brings both in step.
  async cookiesLanded() {
    try {
      await store()?.get('-')
    } catch {
      // Cookies are forbidden here.
    }
    if (!store()) await new Promise((resolve) => setTimeout(resolve))
  },
  isEmbedded() {
    try {
      // Reading it throws where the top page is another origin's.
      return window.top !== window && window.top?.location.origin !== location.origin
    } catch {
      return true
    }
  },
}
