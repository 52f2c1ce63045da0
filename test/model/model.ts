import type { Moment } from '../../src/session/moment.ts'
import type { SessionSnapshot } from '../../src/session/snapshot.ts'
import type { Tracked } from '../helpers/track.ts'

/** A sign-in as the server knows it. Each refresh cookie of it has a number, and only the newest is good. */
export interface Login {
  readonly id: number
  readonly user: string
  /** When it was asked for, among all that happens. */
  readonly order: number
  serial: number
  isAlive: boolean
}

/** A refresh cookie, in the jar or on its way. */
export interface Cookie {
  readonly login: Login
  readonly serial: number
}

/** An access token that the server has issued. */
export interface Token {
  readonly value: string
  readonly login: Login
  readonly lifetime: number
  /** Whether it says nothing about itself. */
  readonly isMalformed: boolean
  /** When it was asked for, by the clocks of the browser, and as which of all things that have left a page. */
  startedAt: Moment
  order: number
  /** By the time of the server, which no clock of the browser's changes. */
  readonly expiresAt: number
  isRevoked: boolean
}

/** What the server knows, and nobody else has to be asked for. */
export interface Truth {
  /** The refresh cookie that the browser has, and when it last changed. */
  jar: Cookie | undefined
  changedAt: number
  /** Whether the app has ever logged in by itself while a session was at it. */
  isMuddled: boolean
  readonly tokens: Map<string, Token>
  now(): number
}

/** One page and the session in it, as its app sees them. */
export interface Page {
  readonly name: string
  /** What the session calls itself. */
  readonly id: string
  state: 'running' | 'frozen' | 'cached' | 'disposed' | 'gone'
  readonly snapshot: () => SessionSnapshot
  /** Who is signed in, as the app has been told; undefined where it cannot know, null for nobody. */
  user: string | null | undefined
  token: Token | undefined
  /** Whether that came from another tab, and since when it is here. */
  isAdopted: boolean
  heldSince: number
  /** The tokens that this page has seen refused. */
  readonly refused: Set<Token>
  /** The last sign-in or sign-out that this page knows of: what left it before that is of an older epoch. */
  epoch: number
  /** Sign-ins under way, and calls open that want a token whatever the one held is worth. */
  signingIn: number
  asking: number
  /** Why it is over, since nobody has signed in. */
  endedAs: string | undefined
  /** Why the latest refresh was begun, and whether somebody asked for it. */
  wants: string
  wantsSince: number
  /** When that first left: asked twice, its token counts from then. */
  leftAt: Moment | undefined
  isWanted: boolean
  /** Whether the cookie may be somebody else's: then it hands nobody its token. */
  isInDoubt: boolean
  /** It goes away in this very moment. */
  isLeaving: boolean
  /** Until then it catches up with what it has missed while it was stopped or away. */
  lateUntil: number
}

/** A request as the server has seen it. */
export interface Sight {
  readonly pending: object
  readonly token: Token | undefined
  readonly wire: string
  answer: number | undefined
}

/** A request of the app. */
export interface Call {
  readonly name: string
  readonly page: Page
  readonly client: 'axios' | 'fetch'
  /** Whether the session has to look after it; otherwise it leaves with this header, or null for none, and is never retried. */
  readonly isOurs: boolean
  readonly own: string | null
  /** Whose it is; undefined if it was made before anybody could know. */
  user: string | null | undefined
  readonly epoch: number
  readonly madeAt: number
  /** Whether it has just been made, and there is nothing to wait for. */
  isDue: boolean
  readonly controller: AbortController
  readonly deadline: number | undefined
  /** Each time that the server has seen it. */
  readonly sights: Sight[]
  readonly result: Tracked<unknown>
  /** Since when it waits for a token; undefined while it does not. */
  waitsSince: number | undefined
  intercepted: number
  isAborted: boolean
}

export const userOf = (token: Token | undefined) => token?.login.user
export const isOpen = ({ result }: Call) => result.state === 'pending'

/** Who is signed in, says the server. */
export function signedIn({ jar }: Truth): string | undefined {
  return jar?.login.isAlive ? jar.login.user : undefined
}

/** Whether the server accepts it. */
export function isValid(token: Token | undefined, { now }: Truth): boolean {
  return token !== undefined && !token.isRevoked && now() < token.expiresAt
}

/** Whether a page can know that it has expired: by either clock, counted from when it was asked for. */
export function isDead({ startedAt, lifetime, isMalformed }: Token, { monotonic, wall }: Moment): boolean {
  const age = Math.max(monotonic - startedAt.monotonic, wall - startedAt.wall)
  return !isMalformed && age >= lifetime
}

/** Whether a refresh ahead of its end may be due. */
export function isDue({ startedAt, lifetime, isMalformed }: Token, { monotonic, wall }: Moment): boolean {
  const age = Math.max(monotonic - startedAt.monotonic, wall - startedAt.wall)
  return !isMalformed && age >= lifetime - Math.min(60_000, lifetime / 5)
}

/** Whether its token may be sent without a doubt. What was told by another page counts as old as the clocks said then. */
export function isGood({ token, refused, isAdopted }: Page, now: Moment, lastLeap: number): boolean {
  const isCertain = !isAdopted || lastLeap < (token?.startedAt.monotonic ?? 0)
  return token !== undefined && isCertain && !refused.has(token) && !isDead(token, now)
}
