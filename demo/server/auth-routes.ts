import { type Context, Hono } from 'hono'
import { base64url } from 'jose'
import { checkAccessToken, issueAccessToken } from './access-tokens.ts'
import { recordEvent } from './audit.ts'
import { readBody, readJsonObject } from './body.ts'
import { comesFromOurPage } from './guard.ts'
import type { AppEnvironment, AppPorts } from './ports.ts'
import { challenge, problem } from './problem.ts'
import { createRefreshToken, hashToken } from './refresh-tokens.ts'
import { presentRefreshToken } from './rotation.ts'
import { clearSessionCookies, refreshCookieName, writeSessionCookies } from './session-cookies.ts'
import type { Records, Session, User } from './store.ts'

const bodyLimit = 16 * 1024
const longestPassword = 1024

type AuthContext = Context<AppEnvironment>

interface SignIn {
  user: User
  hash: string
  userAgent: string | null
  now: number
}

export function createAuthRoutes(ports: AppPorts): Hono<AppEnvironment> {
  const { store, passwords, clock, random, settings } = ports
  const routes = new Hono<AppEnvironment>()
  let dummyHash: Promise<string> | undefined

  /** An unknown user costs the same work as a known one: the time must not tell which emails exist. */
  async function authenticate(email: string, password: string): Promise<User | undefined> {
    dummyHash ??= passwords.hash(base64url.encode(random(16)))
    const stored = await dummyHash
    const user = await store.read((records) => records.findUserByEmail(email.trim().toLowerCase()))
    const matches = await passwords.verify(password, user?.passwordHash ?? stored)
    return matches ? user : undefined
  }

  async function login(context: AuthContext): Promise<Response> {
    const { email, password } = await readJsonObject(context.req.raw, bodyLimit)
    if (typeof email !== 'string' || typeof password !== 'string' || password.length > longestPassword) {
      return problem(400, 'invalid_request')
    }
    const user = await authenticate(email, password)
    const now = clock()
    if (!user) {
      await store.write((records) => recordEvent(records, random, now, { event: 'login_failed' }))
      return problem(401, 'invalid_credentials')
    }
    const token = createRefreshToken(random)
    const hash = await hashToken(token)
    const presented = await presentedHash(context)
    const userAgent = context.req.header('user-agent')?.slice(0, 256) ?? null
    const { session, idleExpiresAt } = await store.write(async (records) => {
      // The cookie is about to be overwritten: nobody could ever end the session it belonged to.
      if (presented) await endSession(records, presented, now, 'replaced')
      return startSession(records, { user, hash, userAgent, now })
    })
    const body = await issueAccessToken(session, ports)
    const cookie = { token, sessionId: session.id, gen: 0, idleExpiresAt }
    writeSessionCookies(context.env, isSecure(context), cookie, now)
    return context.json(body)
  }

  async function startSession(records: Records, { user, hash, userAgent, now }: SignIn) {
    const expiresAt = now + settings.absoluteLifetime
    const idleExpiresAt = Math.min(now + settings.idleLifetime, expiresAt)
    const row = {
      id: base64url.encode(random(16)),
      userId: user.id,
      tokenVersion: user.tokenVersion,
      createdAt: now,
      expiresAt,
      revokedAt: null,
      revokedReason: null,
      userAgent,
    }
    const session: Session = { ...row, currentVersion: user.tokenVersion }
    await records.addSession(row)
    await records.addToken({
      hash,
      sessionId: row.id,
      parentHash: null,
      gen: 0,
      createdAt: now,
      idleExpiresAt,
      presentedAt: null,
      usedAt: null,
      droppedAt: null,
      successorSealed: null,
    })
    await recordEvent(records, random, now, { event: 'login_succeeded', session })
    return { session, idleExpiresAt }
  }

  async function refresh(context: AuthContext): Promise<Response> {
    // The body says nothing, so that nothing in it can end a session; it only must not be huge.
    await readBody(context.req.raw, bodyLimit)
    const presented = context.env.get(refreshCookieName(isSecure(context)))
    if (!presented) return problem(401, 'no_session')
    const outcome = await presentRefreshToken(presented, ports)
    if (!outcome.granted) return problem(401, outcome.code)
    const { session, cookie } = outcome
    const body = await issueAccessToken(session, ports)
    if (cookie) {
      writeSessionCookies(context.env, isSecure(context), { ...cookie, sessionId: session.id }, clock())
    }
    return context.json(body)
  }

  async function logout(context: AuthContext): Promise<Response> {
    const presented = await presentedHash(context)
    if (presented) await store.write((records) => endSession(records, presented, clock(), 'logout'))
    clearSessionCookies(context.env, isSecure(context))
    return context.body(null, 204)
  }

  async function endSession(records: Records, hash: string, now: number, reason: 'logout' | 'replaced') {
    const found = await records.findToken(hash)
    if (!found) return
    await records.revokeSession(found.session.id, now, reason)
    await recordEvent(records, random, now, {
      event: 'logout',
      session: found.session,
      detail: hash.slice(0, 8),
    })
  }

  async function logoutAll(context: AuthContext): Promise<Response> {
    const check = await checkAccessToken(context.req.raw.headers.get('authorization'), ports)
    if (!check.valid) return challenge(check.code)
    await store.write(async (records) => {
      await records.raiseTokenVersion(check.user.id)
      await recordEvent(records, random, clock(), { event: 'logout_all', session: check.session })
    })
    clearSessionCookies(context.env, isSecure(context))
    return context.body(null, 204)
  }

  async function presentedHash(context: AuthContext): Promise<string | undefined> {
    const token = context.env.get(refreshCookieName(isSecure(context)))
    return token ? hashToken(token) : undefined
  }

  routes.use(async (context, next) => {
    await next()
    context.header('cache-control', 'no-store')
    context.header('vary', 'Origin, Sec-Fetch-Site')
  })
  const endpoints = { login, refresh, logout, 'logout-all': logoutAll }
  for (const [name, endpoint] of Object.entries(endpoints)) {
    // Sign-in has nothing to lose before it, and signing out everywhere shows an access token.
    const needsHeader = name === 'refresh' || name === 'logout'
    routes.post(`/${name}`, (context) =>
      comesFromOurPage(context.req.raw, settings, needsHeader) ? endpoint(context) : problem(403, 'csrf'),
    )
    routes.all(`/${name}`, () => problem(405, 'method_not_allowed', { allow: 'POST' }))
  }
  return routes
}

function isSecure(context: AuthContext): boolean {
  return new URL(context.req.url).protocol === 'https:'
}
