import { type App, type AppOptions, createApp } from '../../demo/server/app.ts'
import { demoUsers } from '../../demo/server/seed.ts'
import type { Keys } from '../../demo/server/session/keys.ts'
import type { PasswordResetMail } from '../../demo/server/session/mailer.ts'
import { createPbkdf2Hasher } from '../../demo/server/session/passwords.ts'
import type { AuditEntry, AuditEvent } from '../../demo/server/store/rows.ts'
import type { Store } from '../../demo/server/store/store.ts'
import { type Answer, createBackend, type SetCookie, type TokenAnswer } from './backend.ts'

/** The app with a mailbox, and visitors who come from an address. */
export interface Site {
  app: App
  store: Store
  keys: Keys
  clock: { now: number; advance(ms: number): void }
  mails: PasswordResetMail[]
  /** The first that is sent after the call; the server answers before it sends. */
  nextMail(): Promise<PasswordResetMail>
  errors: Error[]
  visitor(ip?: string | null, origin?: string): Visitor
  entries(): Promise<AuditEntry[]>
  events(): Promise<AuditEvent[]>
}

export interface Visitor {
  jar: Map<string, string>
  send(method: string, path: string, headers?: Record<string, string>, body?: BodyInit): Promise<Answer>
  /** As the page would, with an access token where there is one. */
  post(path: string, body?: unknown, token?: string): Promise<Answer>
  call(method: string, path: string, token?: string): Promise<Answer>
  tryLogin(email: string, password: string): Promise<Answer>
  /** As a demo user; throws unless it works. */
  login(email?: string, password?: string): Promise<TokenAnswer>
  refresh(): Promise<Answer>
  /** Somebody with the same cookies. */
  copy(): Visitor
}

export const [demo, other] = demoUsers

export async function createSite(
  given: Store | Promise<Store>,
  options: Partial<Omit<AppOptions, 'store' | 'keys' | 'clock'>> = {},
): Promise<Site> {
  const { store, keys, clock, events } = await createBackend(given)
  const mails: PasswordResetMail[] = []
  const waiting: ((mail: PasswordResetMail) => void)[] = []
  const errors: Error[] = []
  async function sendPasswordReset(mail: PasswordResetMail): Promise<void> {
    mails.push(mail)
    for (const take of waiting.splice(0)) take(mail)
  }
  const app = createApp({
    passwords: createPbkdf2Hasher({ iterations: 1 }),
    mailer: { sendPasswordReset },
    onError: (error) => void errors.push(error),
    ...options,
    store,
    keys,
    clock: () => clock.now,
    settings: { lifetimeJitter: 0, ...options.settings },
  })
  return {
    app,
    store,
    keys,
    clock,
    mails,
    nextMail: () => new Promise((resolve) => void waiting.push(resolve)),
    errors,
    events,
    visitor: (ip = null, origin = 'https://app.example') => createVisitor(app, ip, origin),
    entries: () => store.read((records) => records.listAuditEntries()),
  }
}

function createVisitor(
  app: App,
  ip: string | null,
  origin: string,
  jar = new Map<string, string>(),
): Visitor {
  const own = { 'content-type': 'application/json', 'x-silent-refresh': '1', 'sec-fetch-site': 'same-origin' }
  const bearer = (token?: string) => (token === undefined ? {} : { authorization: `Bearer ${token}` })

  const visitor: Visitor = {
    jar,
    async send(method, path, headers = {}, body = undefined) {
      const request = new Request(origin + path, { method, headers, ...(body !== undefined && { body }) })
      const cookies: SetCookie[] = []
      const port = {
        get: (name: string) => jar.get(name),
        set: (name: string, value: string, attributes: SetCookie['attributes']) =>
          void cookies.push({ name, value, attributes }),
      }
      const response = await app.fetch(request, port, ip)
      const text = await response.text()
      for (const { name, value, attributes } of cookies) {
        if (attributes.maxAge > 0) jar.set(name, value)
        else jar.delete(name)
      }
      const isJson = response.headers.get('content-type')?.includes('json')
      const { status, headers: answered } = response
      return { status, headers: answered, body: isJson ? JSON.parse(text) : text, cookies }
    },
    post: (path, body = {}, token = undefined) =>
      visitor.send('POST', path, { ...own, ...bearer(token) }, JSON.stringify(body)),
    call: (method, path, token) => visitor.send(method, path, bearer(token)),
    tryLogin: (email, password) => visitor.post('/auth/login', { email, password }),
    async login(email = demo.email, password = demo.password) {
      const answer = await visitor.tryLogin(email, password)
      if (answer.status !== 200) throw new Error(`login answered ${answer.status}`)
      return answer.body
    },
    refresh: () => visitor.post('/auth/refresh'),
    copy: () => createVisitor(app, ip, origin, new Map(jar)),
  }
  return visitor
}

/** Who this visitor is to the API: the status of a request with the token. */
export async function meets(visitor: Visitor, token: string): Promise<number> {
  return (await visitor.call('GET', '/api/me', token)).status
}
