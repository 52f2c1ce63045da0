import type { AccessChecker } from '../session/access-check.ts'
import { resetPassword, sendPasswordReset } from '../session/accounts.ts'
import { recordEvent } from '../session/audit.ts'
import type { Client } from '../session/client.ts'
import { normalizeEmail } from '../session/emails.ts'
import { limits } from '../session/limits.ts'
import type { AppPorts } from '../session/ports.ts'
import { addressOf, createThrottle, loginQuota, type Quota } from '../session/throttle.ts'
import type { User } from '../store/rows.ts'
import { bodyLimit } from './auth-routes.ts'
import { readJsonObject } from './body.ts'
import { type AppContext, describeClient } from './context.ts'
import { readEmail, readNewPassword, readPassword, readText } from './credentials.ts'
import type { Endpoint } from './endpoint.ts'
import { challenge, problem } from './problem.ts'
import { answerSession, prepareSession, startSession } from './sign-in.ts'
import { withinQuota } from './within-quota.ts'

/** A new password, for who knows the old one or owns the mailbox. Both raise the token version. */
export function createPasswordEndpoints(ports: AppPorts, check: AccessChecker): Record<string, Endpoint> {
  const { store, passwords, random } = ports
  const throttle = createThrottle(ports)

  async function findOwner(userId: string, password: string): Promise<User | undefined> {
    const user = await store.read((records) => records.findUser(userId))
    return user && (await passwords.verify(password, user.passwordHash)) ? user : undefined
  }

  /** Every other device is signed out; this one goes on with a session of its own. */
  async function change(context: AppContext): Promise<Response> {
    const body = await readJsonObject(context.req.raw, bodyLimit)
    const access = await check(context.req.raw.headers.get('authorization'), true)
    if (!access.valid) return challenge(access.code)
    const current = readPassword(body.current_password)
    const wanted = readNewPassword(body.new_password, ports.isCommonPassword)
    const client = describeClient(context)
    const quotas: Quota[] = [['change', access.sessionId, limits.loginOfAccount]]
    return withinQuota(throttle, quotas, client, async () => {
      const answer = await replacePassword(context, access, { current, wanted }, client)
      if (answer.ok) throttle.giveBack(quotas)
      return answer
    })
  }

  async function replacePassword(
    context: AppContext,
    access: { userId: string; sessionId: string },
    { current, wanted }: { current: string; wanted: string },
    client: Client,
  ): Promise<Response> {
    const known = await findOwner(access.userId, current)
    if (!known) {
      const session = { id: access.sessionId, userId: access.userId }
      const event = { event: 'login_failed', at: ports.clock(), session, client } as const
      await store.write((records) => recordEvent(records, random, event))
      return problem(403, 'invalid_credentials')
    }
    const next = await passwords.hash(wanted)
    const begin = await prepareSession(context, ports)
    const session = await store.write(async (records) => {
      // Another change was faster: the password that was checked is not the password any more.
      if (!(await records.replacePassword(known.id, known.passwordHash, next))) return undefined
      await records.raiseTokenVersion(known.id)
      // Whoever asked for one before, it was for the old password.
      await records.dropPasswordReset(known.id)
      const user = await records.findUser(known.id)
      if (!user) return undefined
      const started = await startSession(records, user, begin, ports)
      await recordEvent(records, random, {
        event: 'password_changed',
        at: begin.now,
        session: started,
        client,
      })
      return started
    })
    return session ? answerSession(context, session, begin, ports) : problem(403, 'invalid_credentials')
  }

  async function requestReset(context: AppContext): Promise<Response> {
    const { email: given } = await readJsonObject(context.req.raw, bodyLimit)
    const email = readEmail(given)
    const client = describeClient(context)
    const quotas: Quota[] = [
      ['reset', `${addressOf(client)} ${normalizeEmail(email)}`, limits.resetOfAccount],
      ['reset-anywhere', normalizeEmail(email), limits.resetOfAccountAnywhere],
      ['reset-address', addressOf(client), limits.resetOfAddress],
    ]
    return withinQuota(throttle, quotas, client, async () => {
      // Not awaited: how long it takes would tell whether there is such a user.
      const sending = sendPasswordReset(email, client, ports).catch((error: Error) => {
        // Nothing was sent: the user may ask again.
        throttle.giveBack(quotas)
        ports.onError(error)
      })
      ports.defer(sending.catch(() => undefined))
      return context.body(null, 202)
    })
  }

  async function reset(context: AppContext): Promise<Response> {
    const body = await readJsonObject(context.req.raw, bodyLimit)
    const token = readText(body.token, 128)
    const password = readNewPassword(body.password, ports.isCommonPassword)
    const client = describeClient(context)
    const quota: Quota = ['reset-token', addressOf(client), limits.resetOfAddress]
    return withinQuota(throttle, [quota], client, async () => {
      const user = await resetPassword(token, password, client, ports)
      if (!user) return problem(400, 'invalid_reset_token')
      // Most come here because they have guessed too often.
      throttle.forget([loginQuota(client, user.email)])
      return context.body(null, 204)
    })
  }

  return { 'password/change': change, 'password/reset-request': requestReset, 'password/reset': reset }
}
