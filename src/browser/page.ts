import type { Page } from '../session/environment.ts'

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
  isEmbedded() {
    try {
      // Reading it throws where the top page is another origin's.
      return window.top !== window && window.top?.location.origin !== location.origin
    } catch {
      return true
    }
  },
}
