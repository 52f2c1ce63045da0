import { type Answer, asAnswer, type Received } from './answer.ts'
import { meets } from './answer-rule.ts'
import { isExpiryChallenge } from './challenge.ts'
import type { Destination } from './destination.ts'
import type { SessionOptions } from './options.ts'

/** What "your token has expired" looks like. */
export interface ExpiryRule {
  /** Whether an answer with this status has to be looked at: nearly none has. */
  concerns(status: number): boolean
  /** `finalUrl`: where the answer came from at last, if it was redirected. */
  isMetBy(received: Received, finalUrl: string | undefined): boolean | Promise<boolean>
}

const usualStatuses = [401]

export function createExpiryRule(
  shouldRefresh: SessionOptions['shouldRefresh'],
  scheme: string,
  { mayCarryToken }: Destination,
): ExpiryRule {
  if (typeof shouldRefresh === 'function') {
    const judge: (answer: Answer) => boolean | Promise<boolean> = shouldRefresh
    return { concerns: () => true, isMetBy: (received) => judge(asAnswer(received)) }
  }
  const rule = shouldRefresh ?? {}
  const statuses = (Object.hasOwn(rule, 'status') ? rule.status : undefined) ?? usualStatuses
  return {
    concerns: (status) => statuses.includes(status),
    isMetBy(received, finalUrl) {
      if (!isExpiryChallenge(received.headers.get('WWW-Authenticate'), scheme)) return false
      // Redirected to where our token does not go, somebody else has answered.
      if (finalUrl && !mayCarryToken(finalUrl)) return false
      return meets(rule, asAnswer(received), usualStatuses, true)
    },
  }
}
