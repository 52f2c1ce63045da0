import type { AccessToken } from '../session/access-token.ts'
import { isSilentRefreshError } from '../session/errors.ts'
import type { Gate, Told } from '../session/gate.ts'

/** Lets a request wait for its token, and tells of it if anybody wants to hear. `used`: the token that was refused. */
export function heldBack(
  gate: Gate,
  request: Told,
  goesOnAs: 'request-sent' | 'request-retried',
  wait: () => Promise<AccessToken | null>,
  used?: AccessToken,
): Promise<AccessToken | null> {
  return gate.isFollowed() ? told(gate, request, goesOnAs, wait, used) : wait()
}

async function told(
  gate: Gate,
  request: Told,
  goesOnAs: 'request-sent' | 'request-retried',
  wait: () => Promise<AccessToken | null>,
  used: AccessToken | undefined,
): Promise<AccessToken | null> {
  const since = gate.clock.now().monotonic
  const waited = () => gate.clock.now().monotonic - since
  // Before it waits: what it waits for may begin with it.
  const whyPassed = used && gate.whyPassed(used)
  if (whyPassed !== 'just_issued' && whyPassed !== 'signing_in') {
    gate.tell(request, { type: 'request-held', reason: used ? 'rejected' : gate.whyHeld() })
  }
  try {
    const token = await wait()
    if (token || !used) gate.tell(request, { type: goesOnAs, waited: waited() })
    else gate.tell(request, { type: 'request-passed', why: whyPassed ?? 'no_session' })
    return token
  } catch (error) {
    if (used && isSilentRefreshError(error)) {
      gate.tell(request, { type: 'request-passed', why: 'refresh_failed' })
    } else gate.tell(request, { type: 'request-dropped', waited: waited() })
    throw error
  }
}
