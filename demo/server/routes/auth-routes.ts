import { base64url } from 'jose'
import type { AccessChecker } from '../session/access-check.ts'
import { issueAccessToken } from '../session/access-tokens.ts'
import { createAuthenticator, refreshHash } from '../session/accounts.ts'
import { recordEvent } from '../session/audit.ts'
import type { Client } from '../session/client.ts'
import { limits } from '../session/limits.ts'
import type { AppPorts } from '../session/ports.ts'
import { presentRefreshToken } from '../session/rotation.ts'
import { refreshCookieName, writeSessionCookies } from '../session/session-cookies.ts'
import { addressOf, createThrottle, loginQuota, type Quota } from '../session/throttle.ts'
import { readBody, readJsonObject } from './body.ts'
import { type AppContext, describeClient, isSecure } from './context.ts'
import { readEmail, readNewEmail, readNewPassword, readPassword } from './credentials.ts'
import type { Endpoint } from './endpoint.ts'
import { challenge, problem, tooMany } from './problem.ts'
import {
  answerSession,
  endPresented,
  forgetSession,
  prepareSession,
  presentedHash,
  startSession,
} from './sign-in.ts'
import { withinQuota } from './within-quota.ts'

export const bodyLimit = 16 * 1024

/** Signing in and out, and the refresh: what `silent-refresh` talks to. */
export function createAuthEndpoints(ports: AppPorts, check: AccessChecker): Record<string, Endpoint> {
  const { store, passwords, clock, random } = ports
  const authenticate = createAuthenticator(ports)
  const throttle = createThrottle(ports)

  async function signUp(context: AppContext): Promise<Response> {
    const body = await readJsonObject(context.req.raw, bodyLimit)
    const email = readNewEmail(body.email)
    const password = readNewPassword(body.password, ports.isCommonPassword)
    const client = describeClient(context)
    const quota: Quota = ['sign-up', addressOf(client), limits.signUpOfAddress]
    return withinQuota(throttle, [quota], client, () => addAccount(context, email, password, client))
  }

  async function addAccount(
    context: AppContext,
    email: string,
    password: string,
    client: Client,
  ): Promise<Response> {
    const passwordHash = await passwords.hash(password)
    const begin = await prepareSession(context, ports)
    const id = base64url.encode(random(16))
    const user = { id, email, passwordHash, tokenVersion: 1, createdAt: begin.now, disabledAt: null }
    const session = await store.write(async (records) => {
      if (!(await records.addUser(user))) return undefined
      const started = await startSession(records, user, begin, ports)
      await recordEvent(records, random, { event: 'sign_up', at: begin.now, session: started, client })
      return started
    })
    return session ? answerSession(context, session, begin, ports) : problem(409, 'email_taken')
  }

  async function login(context: AppContext): Promise<Response> {
    const body = await readJsonObject(context.req.raw, bodyLimit)
    const [email, password] = [readEmail(body.email), readPassword(body.password)]
    const client = describeClient(context)
    const quotas: Quota[] = [
      loginQuota(client, email),
      ['login-address', addressOf(client), limits.loginOfAddress],
    ]
    return withinQuota(throttle, quotas, client, async () => {
      const answer = await checkPassword(context, email, password, client)
      // Only what went wrong counts: nobody is locked out by signing in often.
      if (answer.ok) throttle.giveBack(quotas)
      return answer
    })
  }

  async function checkPassword(
    context: AppContext,
    email: string,
    password: string,
    client: Client,
  ): Promise<Response> {
    const { user, matches } = await authenticate(email, password)
    const begin = await prepareSession(context, ports)
    const { now } = begin
    if (!user || !matches || user.disabledAt !== null) {
      const whose = user && { userId: user.id }
      const event = { event: 'login_failed', at: now, client, ...whose } as const
      await store.write((records) => recordEvent(records, random, event))
      // That an account is disabled is told only to who knows its password.
      return matches ? problem(403, 'account_disabled') : problem(401, 'invalid_credentials')
    }
    await refreshHash(user, password, ports)
    const session = await store.write(async (records) => {
      const started = await startSession(records, user, begin, ports)
      await recordEvent(records, random, { event: 'login_succeeded', at: now, session: started, client })
      return started
    })
    return answerSession(context, session, begin, ports)
  }

  async function refresh(context: AppContext): Promise<Response> {
    // The body says nothing, so that nothing in it can end a session; it only must not be huge.
    await readBody(context.req.raw, bodyLimit)
    const presented = context.env.cookies.get(refreshCookieName(isSecure(context)))
    if (!presented) return problem(401, 'no_session')
    const client = describeClient(context)
    const quota: Quota = ['refresh-address', addressOf(client), limits.refreshOfAddress]
    return withinQuota(throttle, [quota], client, () => goOn(context, presented, client))
  }

  async function goOn(context: AppContext, presented: string, client: Client): Promise<Response> {
    const outcome = await presentRefreshToken(presented, client, ports)
    if (!outcome.granted && outcome.code === 'rate_limited') {
      await throttle.note('refresh', outcome.session.id, client, outcome.session)
      return tooMany(outcome.retryAfter)
    }
    if (!outcome.granted) return problem(401, outcome.code)
    const { session, cookie } = outcome
    const body = await issueAccessToken(session, ports)
    if (cookie) {
      const written = { ...cookie, sessionId: session.id }
      writeSessionCookies(context.env.cookies, isSecure(context), written, clock())
    }
    return context.json(body)
  }

  async function logout(context: AppContext): Promise<Response> {
    await readBody(context.req.raw, bodyLimit)
    const presented = await presentedHash(context)
    const client = describeClient(context)
    // Who brings nothing costs nothing.
    const quotas: Quota[] = presented ? [['logout-address', addressOf(client), limits.refreshOfAddress]] : []
    return withinQuota(throttle, quotas, client, async () => {
      if (presented) {
        const ending = { presented, client, now: clock(), reason: 'logout' } as const
        await store.write((records) => endPresented(records, ending, random))
      }
      forgetSession(context)
      return context.body(null, 204)
    })
  }

  async function logoutAll(context: AppContext): Promise<Response> {
    await readBody(context.req.raw, bodyLimit)
    const access = await check(context.req.raw.headers.get('authorization'), true)
    if (!access.valid) return challenge(access.code)
    const { userId, sessionId } = access
    const client = describeClient(context)
    await store.write(async (records) => {
      await records.raiseTokenVersion(userId)
      const session = { id: sessionId, userId }
      await recordEvent(records, random, { event: 'logout_all', at: clock(), session, client })
    })
    forgetSession(context)
    return context.body(null, 204)
  }

  return { 'sign-up': signUp, login, refresh, logout, 'logout-all': logoutAll }
}
