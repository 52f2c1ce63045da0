import type { AccessToken } from '../session/access-token.ts'
import { isSilentRefreshError } from '../session/errors.ts'
import type { Gate } from '../session/gate.ts'
import type { GiveUp } from '../session/waiting-line.ts'

/** One request of a client, in that client's own words. `R` is what it calls an answer. */
export interface Exchange<R> {
  /** False for a body that can be read only once: then there is no retry. */
  readonly isRepeatable: boolean
  readonly giveUp: GiveUp
  send(token: AccessToken | null): Promise<R>
  isExpired(answer: R): boolean | Promise<boolean>
  /** Frees what the answer holds: the caller will never see it. */
  discard(answer: R): void
  /** What the caller gets if no token for a retry could be had. */
  settleWithout(answer: R, error: unknown): R
}

/**
 * The course of one request: admitted, sent, and sent once more if its token had expired. The interceptors of the
 * client are above this, so that they see one request and one answer.
 */
export async function exchange<R>(gate: Gate, request: Exchange<R>): Promise<R> {
  let token = gate.admit()
  if (token === undefined) token = await gate.wait(request.giveUp)
  const answer = await request.send(token)
  if (!token || !(await request.isExpired(answer))) return answer

  if (!request.isRepeatable) {
    // The next request is to find a new token; this one's answer stands.
    gate.renew(token).catch(() => {})
    return answer
  }
  let next: AccessToken | null
  try {
    next = await gate.renew(token, request.giveUp)
  } catch (error) {
    if (isSilentRefreshError(error)) return request.settleWithout(answer, error)
    throw error
  }
  if (!next) return answer
  request.discard(answer)
  return request.send(next)
}
