import type { AccessToken, TokenFacts } from './access-token.ts'
import { type EndReason, InvalidTokenResponseError, type RefreshMisconfiguredError } from './errors.ts'
import type { RefreshOutcome } from './refresh-outcome.ts'
import type { SessionSnapshot } from './snapshot.ts'

/** What the outcome of a refresh means for the session. */
export type Ruling =
  | { readonly kind: 'commit'; readonly facts: TokenFacts }
  | { readonly kind: 'end'; readonly reason: EndReason; readonly message: string }
  /** Refused, but the token held is still good: it is used up first, and the question asked again then. */
  | { readonly kind: 'keep'; readonly message: string }
  | Extract<RefreshOutcome, { kind: 'unavailable' }>
  /** No session is lost, but asking again at once would only bring the same answer. */
  | {
      readonly kind: 'stop'
      readonly error: InvalidTokenResponseError | RefreshMisconfiguredError
    }

/** The session as the outcome finds it. */
export interface Circumstances {
  readonly status: SessionSnapshot['status']
  readonly held: AccessToken | null
  /** Whether the token held may still be sent. */
  readonly isUsable: boolean
  /** Whether the refresh cookie may have come to belong to somebody else. */
  readonly isSuspect: boolean
}

/** Only a definitive refusal ends a session: nothing that a bad network, proxy or server can do may do so. */
export function rule(outcome: RefreshOutcome, { status, held, isUsable, isSuspect }: Circumstances): Ruling {
  switch (outcome.kind) {
    case 'unavailable':
      return outcome
    case 'misdirected':
      return { kind: 'stop', error: outcome.error }
    case 'refused':
      if (isUsable) return { kind: 'keep', message: outcome.message }
      return {
        kind: 'end',
        reason: status === 'authenticated' ? 'expired' : 'none',
        message: outcome.message,
      }
    case 'granted':
      return ruleOnGrant(outcome.facts, held, isSuspect)
  }
}

function ruleOnGrant(facts: TokenFacts, held: AccessToken | null, isSuspect: boolean): Ruling {
  if (held?.value && facts.value === held.value) {
    const error = new InvalidTokenResponseError(
      'The refresh endpoint answered with the token it was to replace.',
    )
    return { kind: 'stop', error }
  }
  const areKnown = held?.subject !== undefined && facts.subject !== undefined
  const isSameUser = areKnown ? held.subject === facts.subject : !held || !isSuspect
  if (isSameUser) return { kind: 'commit', facts }
  return { kind: 'end', reason: 'replaced', message: 'The refresh cookie belongs to somebody else now.' }
}
