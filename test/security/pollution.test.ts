import { describe, expect, it } from 'vitest'
import { createAxios } from '../../src/clients/axios.ts'
import { createFetch } from '../../src/clients/fetch.ts'
import type { SessionEvent } from '../../src/session/events.ts'
import { json, unauthorized } from '../helpers/fake-server.ts'
import { functionAdapter } from '../helpers/function-adapter.ts'
import { polluted } from '../helpers/polluted.ts'
import { createWorld } from '../helpers/world.ts'

const evil = 'https://evil.test/'

/** By name, and by what would do most harm. `then` and the like break the language itself; no library can help that. */
const pollution: Record<string, unknown> = {
  // Options of the session and of its parts.
  signOut: evil,
  origins: ['https://evil.test'],
  exclude: [/./],
  csrf: { header: 'X-Evil', value: 'evil' },
  hintCookie: 'evil',
  hasSession: () => false,
  name: 'evil',
  shareToken: false,
  shouldRefresh: { status: [200] },
  tokenHeader: 'X-Evil',
  scheme: 'Evil',
  refreshMargin: 1,
  refreshTimeout: 1,
  maxWait: 1,
  url: evil,
  credentials: 'omit',
  keepalive: false,
  accessToken: 'evil',
  expiry: { path: 'evil', unit: 'ms' },
  lifetime: 1000,
  subject: 'evil',
  refused: [200],
  done: [],
  header: 'X-Evil',
  cookie: 'evil',
  renewal: { url: evil, status: [200] },
  path: 'evil',
  unit: 'ms',
  code: { path: 'code', only: [] },
  only: [],
  except: [],
  minTtl: 1e9,
  requests: true,
  skipAuth: true,
  fetch: () => json('evil'),
  // What answers and messages are made of.
  access_token: 'evil',
  expires_in: 1,
  expiresAt: 1,
  stamp: { turn: 9e15, login: 'evil', gen: 1 },
  turn: 9e15,
  login: 'evil',
  gen: 9e9,
  end: 'signed_out',
  token: { value: 'evil' },
  type: 'hello',
  message: 'evil',
  at: 0,
  by: 'evil',
  hint: 'evil',
  reason: 'disposed',
  epoch: 7,
  isFresh: true,
  ifAvailable: true,
  steal: true,
  // Headers.
  authorization: 'Bearer evil',
  Authorization: 'Bearer evil',
  'X-Silent-Refresh': '0',
  'Content-Type': 'text/evil',
  'Retry-After': '9',
  'WWW-Authenticate': 'Basic',
  // What axios reads.
  baseURL: evil,
  allowAbsoluteUrls: false,
  auth: { username: 'evil', password: 'evil' },
  withCredentials: true,
  withXSRFToken: true,
  xsrfCookieName: 'evil',
  xsrfHeaderName: 'X-Evil',
  env: { fetch: () => json('evil') },
  adapter: () => Promise.reject(new Error('evil')),
  transformRequest: [() => 'evil'],
  transformResponse: [() => 'evil'],
  validateStatus: () => true,
  paramsSerializer: { serialize: () => 'evil' },
  timeout: 1,
  timeoutErrorMessage: 'evil',
  transitional: { clarifyTimeoutError: true },
  cancelToken: { reason: new Error('evil') },
  maxRedirects: 0,
  proxy: { host: 'evil.test', port: 80 },
  socketPath: '/evil',
  beforeRedirect: () => {},
  formSerializer: { visitor: () => true },
  fetchOptions: { redirect: 'error' },
  onUploadProgress: () => {},
  redact: ['x'],
  gate: {},
  common: { 'X-Evil': '1' },
  // What a property descriptor is made of; not `get` and `set`, over which the fetch of Node itself stumbles.
  writable: false,
  configurable: false,
  enumerable: false,
}

/** A page starts, is refused, refreshes, is told of trouble, signs out and in; by fetch, and by axios. */
async function live(properties: Record<string, unknown>) {
  const world = createWorld()
  const { server, clock, environment } = world
  server.setsHint = true
  // Made before: a Response of Node's lets itself be polluted, and so would the server be.
  const [refusal, trouble] = [unauthorized(), json({}, { status: 503, headers: { 'Retry-After': '1' } })]
  const events: SessionEvent['type'][] = []
  const outcomes: unknown[] = []
  const note = (call: Promise<{ status: number }>) =>
    call.then(
      ({ status }) => outcomes.push(status),
      (error: { code?: string }) => outcomes.push(String(error?.code ?? error)),
    )
  await polluted(properties, async () => {
    const { session } = world.open()
    session.subscribe(({ type }) => events.push(type))
    const send = createFetch(session)
    const api = createAxios(session, { adapter: functionAdapter(server), baseURL: 'https://app.test' })
    for (const path of ['/one', '/two']) {
      server.onApi = ({ url }) =>
        url.pathname === path && server.refreshes.length < 3 ? refusal.clone() : undefined
      note(send(path))
      note(api.get(path))
      note(send('https://evil.test/x'))
      await clock.advance(6000)
    }
    server.onRefresh = () => trouble.clone()
    server.expireAll()
    note(send('/three'))
    await clock.advance(500)
    server.onRefresh = undefined
    await clock.advance(20_000)
    note(session.signOut().then(() => ({ status: 0 })))
    await clock.advance(1000)
    note(session.signIn(() => server.issue('bob')).then(() => ({ status: 1 })))
    await clock.advance(1000)
    outcomes.push(session.getSnapshot().status)
    session.dispose()
    await clock.advance(1000)
  })
  const calls = [...server.refreshes, ...server.hits, ...server.signOuts].map(
    ({ method, url, headers, body, init, at }) => ({
      ...{ method, url: url.href, body, at, credentials: init.credentials, keepalive: init.keepalive },
      headers: [...headers].map(([name, value]) => [
        name,
        name === 'authorization' ? value.slice(0, 9) : value,
      ]),
    }),
  )
  return { calls, events, outcomes, stored: environment.storage?.keys(), reported: world.reported }
}

describe('a name on the prototype of all objects', () => {
  it.each(Object.entries(pollution))(
    'changes no request, no outcome and no event: %s',
    async (name, value) => {
      const clean = await live({})
      expect(clean.calls.length).toBeGreaterThan(8)
      expect(await live({ [name]: value })).toEqual(clean)
    },
  )
})
