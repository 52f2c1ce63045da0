import { Browser, type BrowserWindow } from 'happy-dom'

/** What an app of `demo/migrations` offers, whichever library it is built on. */
interface App {
  get(path: string): Promise<unknown>
  signIn(email: string, password: string): Promise<void>
  signOut(): Promise<void>
  isSignedIn(): boolean | Promise<boolean>
}

/** What a page that is closed leaves to the next one of its origin. */
export interface Left {
  cookies: { key: string; value: string | null; path: string; httpOnly: boolean }[]
  storage: [key: string, value: string][]
}

/**
 * A call of the app, or of the page: `pass` lets its clock jump ahead, as when the machine has slept, `look` tells what
 * it would leave, and after `delay` the next request gets its answer when `release` says so.
 */
export interface Command {
  id: number
  name: keyof App | keyof typeof own
  args: unknown[]
}

/** What has become of a command; an error is told by its text alone. */
export interface Outcome {
  id: number
  value?: unknown
  error?: string
}

const apps: Record<string, () => Promise<App>> = {
  'axios-auth-refresh/before': () => import('../../demo/migrations/axios-auth-refresh/before.ts'),
  'axios-auth-refresh/after': () => import('../../demo/migrations/axios-auth-refresh/after.ts'),
  'axios-jwt/before': () => import('../../demo/migrations/axios-jwt/before.ts'),
  'axios-jwt/after': () => import('../../demo/migrations/axios-jwt/after.ts'),
  'failed-queue/before': () => import('../../demo/migrations/failed-queue/before.ts'),
  'failed-queue/after': () => import('../../demo/migrations/failed-queue/after.ts'),
  'fetch-extras/before': () => import('../../demo/migrations/fetch-extras/before.ts'),
  'fetch-extras/after': () => import('../../demo/migrations/fetch-extras/after.ts'),
  'fetch-wrapper/before': () => import('../../demo/migrations/fetch-wrapper/before.ts'),
  'fetch-wrapper/after': () => import('../../demo/migrations/fetch-wrapper/after.ts'),
  'supertokens-website/before': () => import('../../demo/migrations/supertokens-website/before.ts'),
  'supertokens-website/after': () => import('../../demo/migrations/supertokens-website/after.ts'),
}

const [appName = '', url = '', left = ''] = process.argv.slice(2)

const browser = new Browser({
  settings: {
    fetch: {
      interceptor: {
        async beforeAsyncRequest({ request }) {
          // happy-dom sends no Fetch Metadata, and by them the backend knows that it is our own page that asks.
          request.headers.set('Sec-Fetch-Site', 'same-origin')
          if (isRefresh(request.url)) return whenAnswered()
          underWay += 1
          if (isNextLate) late = request
          isNextLate = false
        },
        async afterAsyncResponse({ request }) {
          if (!isRefresh(request.url)) underWay -= 1
          if (underWay === 0) for (const resume of held.splice(0)) resume()
          if (request === late) await released
        },
      },
    },
  },
})

function isRefresh(url: string): boolean {
  return /\/refresh(_token)?$/.test(new URL(url).pathname)
}

let isNextLate = false
let late: unknown
const { promise: released, resolve: release } = Promise.withResolvers<void>()

let underWay = 0
const held: (() => void)[] = []

/** A refresh waits until all that is under way has been answered: so it meets every 401 of calls that were parallel. */
async function whenAnswered(): Promise<void> {
  if (underWay > 0) await new Promise<void>((resolve) => held.push(resolve))
}

const jar = browser.defaultContext.cookieContainer
const frame = browser.newPage().mainFrame
frame.url = url
const page: BrowserWindow = frame.window

if (left) {
  const { cookies, storage } = JSON.parse(left) as Left
  jar.addCookies(cookies.map((cookie) => ({ ...cookie, originURL: new URL(url) })))
  for (const [key, value] of storage) page.localStorage.setItem(key, value)
}

/** The clone of an answer that is still on its way comes empty from happy-dom. */
async function fetchWhole(...args: Parameters<typeof page.fetch>) {
  const answer = await page.fetch(...args)
  const body = await answer.arrayBuffer()
  return new page.Response(body.byteLength > 0 ? body : null, answer)
}

// Before the app is loaded: what it imports looks once where it is.
Object.assign(globalThis, {
  window: globalThis,
  document: page.document,
  location: page.location,
  history: page.history,
  localStorage: page.localStorage,
  sessionStorage: page.sessionStorage,
  fetch: fetchWhole,
  Headers: page.Headers,
  Request: page.Request,
  Response: page.Response,
  FormData: page.FormData,
  XMLHttpRequest: page.XMLHttpRequest,
  addEventListener: page.addEventListener.bind(page),
  removeEventListener: page.removeEventListener.bind(page),
})

let ahead = 0
const now = Date.now
Date.now = () => now() + ahead

const load = apps[appName]
if (!load) throw new Error(`There is no app named ${appName}`)
const app = await load()

function look(): Left {
  const cookies = jar.getCookies(null, false)
  return {
    cookies: cookies.map(({ key, value, path, httpOnly }) => ({ key, value, path, httpOnly })),
    storage: Object.entries(page.localStorage),
  }
}

const own = {
  look,
  pass(ms: number) {
    ahead += ms
  },
  delay() {
    isNextLate = true
  },
  release: () => release(),
}

function answer(outcome: Outcome): void {
  process.send?.(outcome)
}

process.on('message', async (command: Command) => {
  const { id, name, args } = command
  try {
    const value: unknown = await Reflect.apply({ ...app, ...own }[name], undefined, args)
    answer({ id, value })
  } catch (error) {
    answer({ id, error: String(error) })
  }
})
process.on('disconnect', () => process.exit())

answer({ id: 0 })
