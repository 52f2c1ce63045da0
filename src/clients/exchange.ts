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
export function exchange<R>(gate: Gate, request: Exchange<R>): Promise<R> {
  const token = gate.admit()
  return token === undefined
    ? gate.wait(request.giveUp).then((late) => send(gate, request, late))
    : send(gate, request, token)
}

async function send<R>(gate: Gate, request: Exchange<R>, token: AccessToken | null): Promise<R> {
  const answer = await request.send(token)
  if (!token) return answer
  const verdict = request.isExpired(answer)
  // Not awaited where nothing has to be read: this is the way of nearly every request.
  const isExpired = typeof verdict === 'boolean' ? verdict : await verdict
  return isExpired ? retry(gate, request, token, answer) : answer
}

async function retry<R>(gate: Gate, request: Exchange<R>, used: AccessToken, answer: R): Promise<R> {
  if (!request.isRepeatable) {
    // The next request is to find a new token; this one's answer stands.
    gate.renew(used).catch(() => {})
    return answer
  }
  let next: AccessToken | null
  try {
    next = await gate.renew(used, request.giveUp)
  } catch (error) {
    if (isSilentRefreshError(error)) return request.settleWithout(answer, error)
    request.discard(answer)
    throw error
  }
  if (!next) return answer
  request.discard(answer)
  return request.send(next)
}
