import type { Hono } from 'hono'
import type { AccessChecker } from '../session/access-check.ts'
import { recordEvent } from '../session/audit.ts'
import type { AppEnvironment, AppPorts } from '../session/ports.ts'
import { findEnd } from '../session/standing.ts'
import type { SessionOverview } from '../store/rows.ts'
import { type AppContext, describeClient } from './context.ts'
import { refuseOthers } from './endpoint.ts'
import { challenge, problem } from './problem.ts'
import { forgetSession } from './sign-in.ts'

/** Where a user sees the devices that are signed in, and signs out one of them. */
export function addSessionRoutes(routes: Hono<AppEnvironment>, ports: AppPorts, check: AccessChecker): void {
  const { store, clock, random } = ports
  const checkStrictly = (context: AppContext) => check(context.req.raw.headers.get('authorization'), true)

  async function list(context: AppContext): Promise<Response> {
    const access = await checkStrictly(context)
    if (!access.valid) return challenge(access.code)
    const now = clock()
    const all = await store.read((records) => records.listSessions(access.userId))
    const living = all.filter((session) => !findEnd(session, now) && session.idleExpiresAt > now)
    return context.json({ sessions: living.map((session) => describeSession(session, access.sessionId)) })
  }

  async function end(context: AppContext): Promise<Response> {
    const access = await checkStrictly(context)
    if (!access.valid) return challenge(access.code)
    const id = context.req.param('id') ?? ''
    if (!/^[\w-]{22}$/.test(id)) return problem(404, 'not_found')
    const now = clock()
    const client = describeClient(context)
    const found = await store.write(async (records) => {
      const session = await records.findSession(id)
      // Somebody else's is as unknown as one that never was.
      if (session?.userId !== access.userId || findEnd(session, now)) return false
      await records.revokeSession(id, now, 'ended')
      await recordEvent(records, random, { event: 'session_ended', at: now, session, client })
      return true
    })
    if (!found) return problem(404, 'not_found')
    if (id === access.sessionId) forgetSession(context)
    return context.body(null, 204)
  }

  routes.get('/sessions', list)
  refuseOthers(routes, '/sessions', 'GET')
  routes.delete('/sessions/:id', end)
  refuseOthers(routes, '/sessions/:id', 'DELETE')
}

/** Times in epoch seconds, as everywhere on the wire. */
function describeSession(session: SessionOverview, currentId: string) {
  return {
    id: session.id,
    current: session.id === currentId,
    created_at: toSeconds(session.createdAt),
    last_used_at: toSeconds(session.lastUsedAt),
    expires_at: toSeconds(Math.min(session.idleExpiresAt, session.expiresAt)),
    user_agent: session.userAgent,
    ip: session.ip,
  }
}

function toSeconds(milliseconds: number): number {
  return Math.floor(milliseconds / 1000)
}
