import { createHandler } from '../../../demo/server/host/handler.ts'
import type { Store } from '../../../demo/server/store/store.ts'
import { createBackend } from '../backend.ts'
import type { Received, Sent } from './bad-input.ts'
import { describeSignedIn, type SignedIn } from './signed-in.ts'
import { watchStore } from './watched-store.ts'

/** What is stored now and what was when last compared, apart from `events`: what the audit log says since then. */
export interface Comparison {
  before: unknown
  after: unknown
  events: string[]
}

export interface SignedInApp {
  user: SignedIn
  send(sent: Sent): Promise<Received>
  compare(): Promise<Comparison>
}

const origin = 'https://app.example'

/** One app with two users signed in. Nothing is limited: the limits have tests of their own. */
export async function openApp(store: Store | Promise<Store>): Promise<SignedInApp> {
  const watched = watchStore(await store)
  const backend = await createBackend(watched, { rateLimits: false })
  const [page, other] = [backend.browser(origin), backend.browser(origin)]
  const { access_token: accessToken, session: own } = await page.login()
  const { session } = await other.login('second@example.com')
  const user = await describeSignedIn(watched, {
    origin,
    accessToken,
    userId: own.sub,
    refreshToken: page.held(),
    othersRefreshToken: other.held(),
    othersSession: session.id,
  })
  const handle = createHandler(backend.app)
  let last = await watched.rows()
  return {
    user,
    async send(sent) {
      const response = await handle(toRequest(sent))
      return { status: response.status, headers: response.headers, text: await response.text() }
    },
    async compare() {
      const before = last
      last = await watched.rows()
      const known = before.audit.length
      const events = last.audit.slice(known).map(({ event }) => event)
      return { before, after: { ...last, audit: last.audit.slice(0, known) }, events }
    },
  }
}

function toRequest({ method, path, headers, body }: Sent): Request {
  return new Request(origin + path, { method, headers, ...(body !== undefined && { body }) })
}
