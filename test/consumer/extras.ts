// The other entries, as a stranger's project uses them.

import { type DebugOptions, debug } from 'silent-refresh/debug'
import { createFetch, createSession, type SessionOptions } from 'silent-refresh/fetch'
import {
  type DjRestAuthOptions,
  type DuendeBffOptions,
  directus,
  directusSession,
  djRestAuth,
  duendeBff,
  type FlaskJwtExtendedOptions,
  flaskJwtExtended,
  type LaravelSanctumOptions,
  laravelSanctum,
  type OauthOptions,
  oauth,
  type PayloadOptions,
  type Preset,
  payload,
  referenceBackend,
  type SpringOptions,
  type SuperTokensOptions,
  spring,
  strapi,
  superTokens,
} from 'silent-refresh/presets'
import {
  createTestBrowser,
  createTestSession,
  type Leftovers,
  type TestBrowser,
  type TestBrowserOptions,
  type TestRequestContext,
  type TestServer,
  type TestSession,
  type TestSessionCalls,
  type TestSessionState,
  type TestTab,
} from 'silent-refresh/testing'

const fromDirectus: Preset = directus('https://cms.example.com')
const dj: DjRestAuthOptions = { urls: 'auth/' }
const bff: DuendeBffOptions = { managementPath: 'bff' }
const flask: FlaskJwtExtendedOptions = {}
const sanctum: LaravelSanctumOptions = { userPath: 'api/me' }
const proxy: OauthOptions = { signOutPath: 'out' }
const collection: PayloadOptions = {}
const java: SpringOptions = {}
const tokens: SuperTokensOptions = { apiBasePath: 'auth' }
export const presets: readonly SessionOptions[] = [
  fromDirectus,
  { ...fromDirectus, refresh: { ...fromDirectus.refresh, method: 'PATCH' }, refreshMargin: 0 },
  directusSession(),
  djRestAuth('/', dj),
  duendeBff(new URL('https://bff.example.com'), bff),
  flaskJwtExtended('/', flask),
  laravelSanctum('/', sanctum),
  oauth('/', proxy),
  payload('/', collection),
  referenceBackend(),
  spring('/', java),
  strapi(),
  superTokens('/', tokens),
]
// @ts-expect-error: a place, not a number
directus(7)

const session = createSession(directus())
const options: DebugOptions = { log: (line: string) => console.log(line), requests: false }
export const stop: () => void = debug(session, options)

const server: TestServer = async ({ url }: Request, { delay }: TestRequestContext) => {
  await delay(100)
  return Response.json({ url, access_token: 'a', expires_in: 900 })
}
const browserOptions: TestBrowserOptions = { fetch: server, origin: 'https://app.example.com' }
const browser: TestBrowser = createTestBrowser(browserOptions)

export async function test(): Promise<Leftovers> {
  const tab: TestTab = browser.openTab()
  const response: Response = await browser.until(createFetch(tab.createSession(directus()))('/api/me'))
  await browser.advance(response.status)
  return browser.leftovers()
}

const state: TestSessionState = { status: 'unauthenticated', reason: 'expired' }
const fake: TestSession = createTestSession(state)
fake.set({ status: 'authenticated', accessToken: 'secret' })
const calls: TestSessionCalls = fake.calls
export const asSession: ReturnType<typeof createSession> = fake
export const signIns: number = calls.signIn
// @ts-expect-error: nothing of that name can be set
fake.set({ token: 'secret' })
