import { hasPage } from '../browser/browser-environment.ts'
import { browserPage } from '../browser/page.ts'
import { isRequest } from '../clients/fetch-request.ts'

/** The origin of the page that the test runs in, if it runs in one (jsdom, happy-dom, a browser). */
export function ownOrigin(): string {
  const origin = hasPage() ? browserPage.origin : ''
  return /^https?:/.test(origin) ? origin : 'https://app.test'
}

/** What a page means by it. Node knows no page, and takes no relative URL. */
export function resolveInput(input: RequestInfo | URL, baseUrl: string): RequestInfo {
  return isRequest(input) ? input : new URL(String(input), baseUrl).href
}
