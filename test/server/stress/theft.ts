import type { Store } from '../../../demo/server/store/store.ts'
import type { Refresh } from './refresh.ts'
import type { SeededSession } from './sessions.ts'

export interface TheftPlan {
  session: SeededSession
  /** Where the tokens are presented, in turns. */
  places: readonly Refresh[]
  /** Comes back when the grace period is over. */
  outlastGrace(): Promise<unknown>
  /** Opens the database anew: what counts is what was committed. */
  open(): Promise<Store>
}

/** The rule: a token that comes back after its successor has been presented ends the whole family, durably. */
export async function findTheftFaults({ session, places, outlastGrace, open }: TheftPlan): Promise<string[]> {
  const faults: string[] = []
  let turn = 0
  async function present(token: string, expected: string, what: string): Promise<string> {
    const answer = await places[turn++ % places.length]?.(token)
    const got = `${answer?.status} ${answer?.code ?? 'with a cookie'}`
    if (got !== expected) faults.push(`${what} was answered ${got}`)
    if (answer && answer.status !== 200 && answer.cookie) faults.push(`${what} was refused with a cookie`)
    return answer?.cookie ?? ''
  }

  const child = await present(session.token, '200 with a cookie', 'the token')
  await outlastGrace()
  const grandchild = await present(child, '200 with a cookie', 'its successor')
  await outlastGrace()
  await present(session.token, '401 refresh_reused', 'the spent token')
  await present(grandchild, '401 session_revoked', 'the newest token after the theft')
  const store = await open()
  const found = await store.read((records) => records.findSession(session.id))
  const events = await store.read((records) => records.listAuditEntries())
  await store.close()
  if (found?.revokedReason !== 'reuse') faults.push('the session is not revoked after a reuse')
  if (!events.some(({ event, sessionId }) => event === 'refresh_reused' && sessionId === session.id))
    faults.push('the audit log does not know of the reuse')
  return faults
}
