import type { BrowserContext, Request } from 'playwright-core'

// What the reference backend issues as access tokens. Its refresh tokens are in cookies that no page can read.
const token = /eyJ[\w-]{8,}\.eyJ[\w-]{8,}/
const warning = 'a token was written to'

/** Runs in every page before its own scripts: what is written down is looked at. */
function watchWritings([pattern, warning]: readonly [string, string]): void {
  const token = new RegExp(pattern)
  const watch = (owner: object, name: string, place: string) => {
    const usual = Reflect.get(owner, name) as (...values: unknown[]) => unknown
    Reflect.set(owner, name, function (this: unknown, ...values: unknown[]) {
      if (values.some((value) => token.test(String(value)))) console.error(warning, place)
      return usual.apply(this, values)
    })
  }
  watch(Storage.prototype, 'setItem', 'the storage')
  watch(History.prototype, 'pushState', 'the history')
  watch(History.prototype, 'replaceState', 'the history')
  const cookie = Object.getOwnPropertyDescriptor(Document.prototype, 'cookie')
  Object.defineProperty(Document.prototype, 'cookie', {
    ...cookie,
    set(value: string) {
      if (token.test(value)) console.error(warning, 'a cookie')
      cookie?.set?.call(this, value)
    },
  })
}

/** Whether the request goes to an origin that the page has not named as one of its own. */
function isForeign(request: Request): boolean {
  // A request of a service worker has no frame.
  const page = new URL((request.serviceWorker() ?? request.frame()).url())
  const options = JSON.parse(page.searchParams.get('options') ?? '{}') as { origins?: string[] }
  const { origin } = new URL(request.url())
  return page.origin !== origin && !options.origins?.includes(origin)
}

/** Looks at all that the pages of a profile send, print and write down. Returns what tells where a token has been seen since it was last asked. */
export async function watchTokens(context: BrowserContext): Promise<() => string[]> {
  const places = new Set<string>()
  const look = (place: string, text: string) => {
    if (token.test(text)) places.add(place)
  }
  context.on('console', (message) => {
    const text = message.text()
    if (text.startsWith(warning)) places.add(text.slice(warning.length + 1))
    look('the console', text)
  })
  context.on('weberror', (failure) => look('an uncaught error', String(failure.error().stack)))
  context.on('request', (request) => {
    const { referer = '', ...headers } = request.headers()
    look('a URL', request.url())
    look('a referrer', referer)
    if (!request.isNavigationRequest() && isForeign(request)) {
      look('a request to another origin', `${JSON.stringify(headers)} ${request.postData() ?? ''}`)
    }
  })
  await context.addInitScript(watchWritings, [token.source, warning] as const)
  return () => {
    const seen = [...places]
    places.clear()
    return seen
  }
}
