import type { Moment } from '../../src/session/moment.ts'
import type { Cookie, Page, Token } from './model.ts'

/** No answer, event, error, text in the storage or URL may hold it but those that are to carry a token. */
export const secret = 'secretsecretsecret'

/** What becomes of a request. Without one the server does what it should. */
export const refreshOutcomes = {
  401: 'with 401',
  403: 'with 403',
  404: 'with 404',
  429: 'with 429 and Retry-After: 7',
  500: 'with 500',
  503: 'with 503',
  html: 'with a web page',
  'no token': 'without a token',
  malformed: 'with a malformed JWT',
  broken: 'by a network error',
  lost: 'but the answer is lost',
  slow: 'but the answer takes its time',
  hang: 'never',
} as const
export type RefreshOutcome = keyof typeof refreshOutcomes

export type ApiOutcome = 401 | 403 | 500 | 'broken'

/** A request on its way. */
export interface Pending {
  readonly kind: 'refresh' | 'login' | 'logout' | 'api'
  readonly page: Page
  readonly method: string
  readonly url: URL
  readonly headers: Headers
  readonly body: string
  readonly init: RequestInit
  readonly isThere: () => boolean
  readonly sentAt: Moment
  /** From when the token that it brings counts. */
  readonly startedAt: Moment
  readonly order: number
  /** The refresh cookie that it brings along. */
  readonly presented: Cookie | undefined
  readonly resolve: (response: Response) => void
  readonly reject: (error: unknown) => void
  /** Whether it is none of the session's own: a login call that the app makes by itself. */
  readonly isOutside: boolean
  /** Since when its page has been at it: calls that follow each other at once are one turn. */
  readonly turnSince: number
  /** Its page went away as it was sent. */
  readonly isHurried: boolean
  /** What the server has made of it already, on its way back. */
  decided: Answer | undefined
  isHanging: boolean
  /** Its page has gone since, or its session is no more. */
  isOrphan: boolean
  isForgotten: boolean
  stopTimer: () => void
}

/** What the browser gets: the body and status, and a cookie, or null to remove it. */
export interface Answer {
  readonly respond: () => Response
  readonly cookie?: Cookie | null
  /** The access token in it. */
  readonly token?: Token
}
