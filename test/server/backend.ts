import pg from 'pg'
import { expect, inject, onTestFinished } from 'vitest'
import { type App, createApp } from '../../demo/server/app.ts'
import { demoUsers, seedUsers } from '../../demo/server/seed.ts'
import type { CookieAttributes } from '../../demo/server/session/cookies.ts'
import { type Keys, loadKeys } from '../../demo/server/session/keys.ts'
import { createPbkdf2Hasher } from '../../demo/server/session/passwords.ts'
import type { Settings } from '../../demo/server/settings.ts'
import { createMemoryStore } from '../../demo/server/store/memory-store.ts'
import { createPostgresStore } from '../../demo/server/store/postgres-store.ts'
import type { AuditEvent } from '../../demo/server/store/rows.ts'
import { createSqliteStore } from '../../demo/server/store/sqlite-store.ts'
import type { Store } from '../../demo/server/store/store.ts'

export const second = 1000
export const minute = 60 * second
export const day = 24 * 60 * minute

export const stores = [
  { kind: 'memory', create: async (): Promise<Store> => createMemoryStore() },
  { kind: 'sqlite', create: async (): Promise<Store> => createSqliteStore(':memory:') },
  {
    kind: 'postgres',
    async create(): Promise<Store> {
      const store = await createPostgresStore(await createDatabase())
      onTestFinished(() => store.close())
      return store
    },
  },
]

/** The URL of an empty schema on the Postgres of the run, dropped after the test. */
export async function createDatabase(): Promise<string> {
  const url = inject('postgres')
  const schema = `test_${crypto.randomUUID().replaceAll('-', '')}`
  const client = new pg.Client(url)
  await client.connect()
  await client.query(`CREATE SCHEMA ${schema}`)
  onTestFinished(async () => {
    await client.query(`DROP SCHEMA ${schema} CASCADE`)
    await client.end()
  })
  return `${url}?options=${encodeURIComponent(`-c search_path=${schema}`)}`
}

export interface TokenAnswer {
  access_token: string
  token_type: string
  expires_in: number
  session: { id: string; sub: string; expires_at: number }
}

export interface SetCookie {
  name: string
  value: string
  attributes: CookieAttributes
}

/** One answer, read. */
export interface Answer {
  status: number
  headers: Headers
  /** Read as what the test expects; what is not there is `undefined`. */
  body: TokenAnswer & { code: string } & Record<string, unknown>
  cookies: SetCookie[]
}

export interface Backend {
  app: App
  store: Store
  keys: Keys
  clock: { now: number; advance(ms: number): void }
  /** Of `app`, unless another is given that shares its store. */
  browser(origin?: string, other?: App): Browser
  events(): Promise<AuditEvent[]>
}

/** The app over a clock that stands still, and passwords that cost nothing. */
export async function createBackend(
  given: Store | Promise<Store>,
  settings: Partial<Settings> = {},
): Promise<Backend> {
  const store = await given
  const clock = {
    now: Date.UTC(2030, 0, 1),
    advance(ms: number) {
      clock.now += ms
    },
  }
  const passwords = createPbkdf2Hasher({ iterations: 1 })
  await seedUsers(store, passwords)
  const keys = await loadKeys(store, { clock: () => clock.now })
  const app = createApp({
    store,
    keys,
    passwords,
    clock: () => clock.now,
    settings: { lifetimeJitter: 0, ...settings },
  })
  return {
    app,
    store,
    keys,
    clock,
    browser: (origin = 'https://app.example', other = app) => createBrowser(other, origin),
    events: async () => (await store.read((records) => records.listAuditEntries())).map(({ event }) => event),
  }
}

export interface Browser {
  jar: Map<string, string>
  send(
    method: string,
    path: string,
    init?: { headers?: Record<string, string>; body?: BodyInit },
  ): Promise<Answer>
  post(path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>
  get(path: string, token?: string): Promise<Answer>
  login(email?: string): Promise<TokenAnswer>
  refresh(): Promise<Answer>
  /** The refresh token in the jar. */
  held(): string
  /** Another browser with the same cookies: a thief, a lost answer, a second tab that is late. */
  copy(): Browser
}

/** Sends what the page's own fetch would send, and keeps cookies as a browser does. */
function createBrowser(app: App, origin: string, jar = new Map<string, string>()): Browser {
  const cookieName = origin.startsWith('https:') ? '__Host-sr_rt' : 'sr_rt'
  const own = { 'content-type': 'application/json', 'x-silent-refresh': '1', 'sec-fetch-site': 'same-origin' }

  const browser: Browser = {
    jar,
    async send(method, path, { headers = {}, body } = {}) {
      const request = new Request(origin + path, { method, headers, ...(body !== undefined && { body }) })
      const cookies: SetCookie[] = []
      const response = await app.fetch(request, {
        get: (name) => jar.get(name),
        set: (name, value, attributes) => void cookies.push({ name, value, attributes }),
      })
      const text = await response.text()
      for (const { name, value, attributes } of cookies) {
        if (attributes.maxAge > 0) jar.set(name, value)
        else jar.delete(name)
      }
      const json = response.headers.get('content-type')?.includes('json')
      return {
        status: response.status,
        headers: response.headers,
        body: json ? JSON.parse(text) : text,
        cookies,
      }
    },
    post: (path, body = {}, headers = {}) =>
      browser.send('POST', path, { headers: { ...own, ...headers }, body: JSON.stringify(body) }),
    get: (path, token) =>
      browser.send('GET', path, token === undefined ? {} : { headers: { authorization: `Bearer ${token}` } }),
    async login(email = demoUsers[0].email) {
      const answer = await browser.post('/auth/login', { email, password: 'correct horse' })
      if (answer.status !== 200) throw new Error(`login answered ${answer.status}`)
      return answer.body
    },
    refresh: () => browser.post('/auth/refresh'),
    held: () => jar.get(cookieName) ?? '',
    copy: () => createBrowser(app, origin, new Map(jar)),
  }
  return browser
}

/** Every answer of /auth/*. */
export function expectPrivate({ headers }: Answer): void {
  expect(headers.get('cache-control')).toBe('no-store')
  expect(headers.get('vary')).toContain('Sec-Fetch-Site')
}
