import { checkTestOptions, isDuration } from './check-test-options.ts'
import type { TestServer } from './network.ts'

/**
 * Options of `createTestBrowser`. They are checked at once: a bad one throws a `TypeError` that names it.
 *
 * @example
 * const options: TestBrowserOptions = { fetch: () => new Response(), origin: 'https://shop.example.com' }
 */
export interface TestBrowserOptions {
  /**
   * The server: answers all requests of the tabs, a `Request` with its full URL at a time. What it throws or rejects with
   * is a failure of the network. The `fetch` of a Hono app or a worker can be given as it is.
   * @default the global `fetch`, looked up at each call: whoever mocks it (msw, a spy) answers
   * @example
   * fetch: async (request, { delay }) => {
   *   await delay(200)
   *   return Response.json({ url: request.url })
   * }
   */
  fetch?: TestServer | undefined
  /**
   * The origin of the pages, exactly as in `new URL(url).origin`.
   * @default that of the page the test runs in (jsdom, happy-dom), otherwise 'https://app.test'
   */
  origin?: string | undefined
  /** What the wall clock says at first, in milliseconds since 1970. @default the time of creation */
  startTime?: number | undefined
  /**
   * How long to wait, in real milliseconds, for the answer to a request before time goes on without it. It matters only
   * for servers that never answer, and for answers that take real time, as with msw's `delay()`.
   * @default 1000
   */
  patience?: number | undefined
}

const isOrigin = (value: unknown) =>
  typeof value === 'string' &&
  /^https?:/.test(value) &&
  URL.canParse(value) &&
  new URL(value).origin === value

/** Throws a `TypeError` that names the first option that cannot work. */
export function checkTestBrowserOptions(options: TestBrowserOptions): void {
  checkTestOptions(options, {
    fetch: [(value) => typeof value === 'function', 'a function'],
    origin: [isOrigin, 'an origin like "https://app.example.com" (scheme, host and port; no path)'],
    startTime: [Number.isFinite, 'a number of milliseconds since 1970'],
    patience: [
      (value) => isDuration(value) && (value as number) < 2 ** 31,
      'a number of milliseconds from 0 to 2147483647',
    ],
  })
}
