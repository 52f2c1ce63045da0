import type { AccessToken, TokenFacts } from './access-token.ts'
import { after, type Moment, until } from './moment.ts'
import type { SharedToken } from './tab-message.ts'

/** An access token as it is told to another tab. */
export function packToken({ value, subject, lifetime, issuedAt }: AccessToken, now: Moment): SharedToken {
  return { value, subject, lifetime, age: Math.max(0, -until(issuedAt, now)), at: now.wall }
}

/** The token of another tab: its facts, and when it was asked for by the clocks of this one. */
export function unpackToken(token: SharedToken, now: Moment): { facts: TokenFacts; startedAt: Moment } {
  const { value, subject, lifetime, age, at } = token
  // A frozen page hears of it late.
  const onItsWay = Math.max(0, now.wall - at)
  return { facts: { value, subject, lifetime }, startedAt: after(now, -age - onItsWay) }
}
