import type { AccessToken } from '../session/access-token.ts'
import { isSilentRefreshError } from '../session/errors.ts'
import type { Gate, Told } from '../session/gate.ts'
import type { GiveUp } from '../session/waiting-line.ts'
import { heldBack } from './held-back.ts'

/** One request of a client, in that client's own words. `R` is what it calls an answer. */
export interface Exchange<R> extends Told {
  /** False for where the token does not go; the session's other header may. */
  readonly takesToken: boolean
  /** False for a body that can be read only once: then there is no retry. */
  readonly isRepeatable: boolean
  readonly giveUp: GiveUp
  send(token: AccessToken | null): Promise<R>
  statusOf(answer: R): number
  isExpired(answer: R): boolean | Promise<boolean>
  /** Frees what the answer holds: the caller will never see it. */
  discard(answer: R): void
  /** What the caller gets if no token for a retry could be had. */
  settleWithout(answer: R, error: unknown): R
}

/** What a request has been sent once more for: nothing is tried twice. */
interface Tried {
  readonly token: boolean
  readonly csrf: boolean
}

const untried: Tried = { token: false, csrf: false }

/**
 * The course of one request: admitted, sent, and sent once more if its token had expired. The interceptors of the
 * client are above this, so that they see one request and one answer.
 */
export function exchange<R>(gate: Gate, request: Exchange<R>): Promise<R> {
  const token = request.takesToken ? gate.admit() : null
  return token === undefined ? sendLater(gate, request) : send(gate, request, token)
}

async function sendLater<R>(gate: Gate, request: Exchange<R>): Promise<R> {
  const token = await heldBack(gate, request, 'request-sent', () => gate.wait(request.giveUp))
  await gate.csrf?.landed()
  return send(gate, request, await ofNow(gate, token))
}

/** The token after a wait in which somebody may have signed in or out: with their cookies nothing of before is sent. */
async function ofNow(gate: Gate, token: AccessToken | null): Promise<AccessToken | null> {
  return token && gate.isPast(token) ? gate.renew(token) : token
}

async function send<R>(
  gate: Gate,
  request: Exchange<R>,
  token: AccessToken | null,
  tried = untried,
): Promise<R> {
  const { csrf } = gate
  const usedCsrf = csrf?.value()
  const answer = await request.send(token)
  const status = request.statusOf(answer)
  if (!tried.csrf && csrf?.isRefused(status)) {
    return sendWithNewCsrf(gate, request, token, tried, answer, () => csrf.renew(usedCsrf))
  }
  if (!token) return answer
  if (tried.token) {
    if (status === 401) gate.tell(request, { type: 'request-passed', why: 'retried' })
    return answer
  }
  const verdict = request.isExpired(answer)
  // Not awaited where nothing has to be read: this is the way of nearly every request.
  const isExpired = typeof verdict === 'boolean' ? verdict : await verdict
  if (isExpired) return retry(gate, request, token, tried, answer)
  if (status === 401) gate.tell(request, { type: 'request-passed', why: 'not_expired' })
  return answer
}

async function retry<R>(
  gate: Gate,
  request: Exchange<R>,
  used: AccessToken,
  tried: Tried,
  answer: R,
): Promise<R> {
  if (!request.isRepeatable) {
    // The next request is to find a new token; this one's answer stands.
    gate.renew(used).catch(() => {})
    gate.tell(request, { type: 'request-passed', why: 'one_shot_body' })
    return answer
  }
  let next: AccessToken | null
  try {
    next = await heldBack(gate, request, 'request-retried', () => gate.renew(used, request.giveUp), used)
    await gate.csrf?.landed()
    next = await ofNow(gate, next)
  } catch (error) {
    if (isSilentRefreshError(error)) return request.settleWithout(answer, error)
    request.discard(answer)
    throw error
  }
  if (!next) return answer
  request.discard(answer)
  return send(gate, request, next, { ...tried, token: true })
}

/** The CSRF header was refused, before anything was done: with a new one the request is sent once more. */
async function sendWithNewCsrf<R>(
  gate: Gate,
  request: Exchange<R>,
  token: AccessToken | null,
  tried: Tried,
  answer: R,
  renew: () => Promise<boolean>,
): Promise<R> {
  if (!request.isRepeatable || !(await orGiveUp(renew(), request.giveUp))) return answer
  const next = await ofNow(gate, token).catch(() => null)
  if (token && !next) return answer
  request.discard(answer)
  return send(gate, request, next, { ...tried, csrf: true })
}

function orGiveUp<T>(promise: Promise<T>, giveUp: GiveUp): Promise<T> {
  return new Promise((resolve, reject) => {
    const undo = giveUp(reject)
    promise.then(resolve).finally(() => undo?.())
  })
}
