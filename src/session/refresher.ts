import type { AccessToken, TokenFacts } from './access-token.ts'
import type { EndReason } from './errors.ts'
import type { Moment } from './moment.ts'
import type { RefreshReason } from './refresh-function.ts'
import type { Heard } from './tab-message.ts'
import type { GiveUp } from './waiting-line.ts'

/** Gets new tokens: one refresh at a time for all who need one, and again later when it failed. */
export interface Refresher {
  /** Waits for the next token; starts a refresh unless one is under way or has just failed. */
  join(reason: RefreshReason, giveUp?: GiveUp): Promise<AccessToken | null>
  /** Starts a refresh beside the caller, who does not wait. It may be told not to mind that one has just failed. */
  start(reason: RefreshReason, insists?: boolean): void
  /** Makes the token of a sign-in the session's own. */
  adopt(facts: TokenFacts, startedAt: Moment): void
  /** Gives up what belongs to the epoch before, and turns away those who wait for it. */
  abandon(reason: EndReason): void
  end(reason: EndReason): void
  /** The server has been told, by the call with this number: whatever was found before that is over too. */
  confirmSignOut(gen: number): void
  /** No refresh starts meanwhile: a login call is deciding whose session this is. Returns the end of it. */
  pause(): () => void
  isPaused(): boolean
  /** From now on only a token that is shown to be this user's is believed. */
  suspect(): void
  /** Sees at once whether the cookie is still this user's. */
  verify(): void
  /** A call that had been overtaken has brought a cookie: it is not to stay unnoticed. */
  mistrustCookie(): void
  /** The network is back: whatever failed before may work now. */
  revive(): void
  /** What another tab says. */
  hear(message: Heard): void
  /** Looks whether anything is due, or has happened in other tabs. */
  wake(): void
  /** The page goes: nothing begins any more. */
  leave(): void
  /** The page is back from the back/forward cache; `isDoubtful` if somebody may have touched the cookie meanwhile. */
  comeBack(isDoubtful: boolean): void
  stop(): void
}
