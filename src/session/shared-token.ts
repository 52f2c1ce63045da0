import type { AccessToken, TokenFacts } from './access-token.ts'
import { after, type Moment, until } from './moment.ts'
import type { SharedToken } from './tab-message.ts'

/** An access token as it is told to another tab. */
export function packToken(token: AccessToken, now: Moment): SharedToken {
  const { value, subject, lifetime, issuedAt, freshUntil } = token
  const age = Math.max(0, -until(issuedAt, now))
  return { value, subject, lifetime, age, at: now.wall, isFresh: until(freshUntil, now) > 0 }
}

/** The token of another tab: its facts, and when it was asked for, and issued, by the clocks of this one. */
export function unpackToken(
  token: SharedToken,
  now: Moment,
): { facts: TokenFacts; startedAt: Moment; freshFrom: Moment | undefined } {
  const { value, subject, lifetime, age, at, isFresh } = token
  // A frozen page hears of it late.
  const onItsWay = Math.max(0, now.wall - at)
  const startedAt = after(now, -age - onItsWay)
  const facts: TokenFacts = { value, subject, lifetime }
  return { facts, startedAt, freshFrom: isFresh ? startedAt : undefined }
}
