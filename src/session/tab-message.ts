import { isTokenText } from './access-token.ts'
import type { EndReason } from './errors.ts'
import { ownProperty } from './own-property.ts'
import type { Stamp } from './stamp.ts'

/** An access token on its way to another tab, whose monotonic clock is another one. */
export interface SharedToken {
  readonly value: string
  readonly subject: string | undefined
  /** Milliseconds from its issue to its end; undefined where nobody says. */
  readonly lifetime: number | undefined
  /** Milliseconds since the request for it, and the wall clock when that was so. */
  readonly age: number
  readonly at: number
  /** Whether that is known to be when it was issued: a sign-in may bring a token of any age. */
  readonly isFresh: boolean
}

/** How the session stands in the tab that says so. */
export interface News {
  readonly type: 'session'
  readonly stamp: Stamp
  /** Why it is over, if it is. */
  readonly end: EndReason | undefined
  /** Missing where tokens are not shared. */
  readonly token: SharedToken | undefined
}

/** What a tab has to make up its mind about. */
export type Heard =
  | News
  /** A refresh has failed: who waits for the next turn need not try the same. */
  | { readonly type: 'failed'; readonly message: string; readonly retryAfter: number | undefined }

/** What tabs say to each other. */
export type TabMessage =
  | Heard
  /** Whoever has a token is to tell it. */
  | { readonly type: 'hello' }

const isAmount = (value: unknown): value is number =>
  typeof value === 'number' && value >= 0 && value < 2 ** 53
const isCount = (value: unknown): value is number => isAmount(value) && Number.isInteger(value)
const isShortText = (value: unknown): value is string => typeof value === 'string' && value.length <= 200
const isOptional = <T>(value: unknown, accepts: (given: unknown) => given is T): value is T | undefined =>
  value === undefined || accepts(value)

const endings: readonly unknown[] = ['none', 'expired', 'signed_out', 'signed_out_elsewhere', 'replaced']
const isEnding = (value: unknown): value is EndReason => endings.includes(value)
const isText = (value: unknown): value is string => typeof value === 'string'

function readStamp(data: unknown): Stamp | undefined {
  const turn = ownProperty(data, 'turn')
  const login = ownProperty(data, 'login')
  const gen = ownProperty(data, 'gen')
  return isCount(turn) && isShortText(login) && isCount(gen) ? { turn, login, gen } : undefined
}

function readToken(data: unknown): SharedToken | undefined {
  const value = ownProperty(data, 'value')
  const subject = ownProperty(data, 'subject')
  const lifetime = ownProperty(data, 'lifetime')
  const age = ownProperty(data, 'age')
  const at = ownProperty(data, 'at')
  const isFresh = ownProperty(data, 'isFresh') === true
  if (!(value === '' || isTokenText(value)) || !isOptional(subject, isText)) return undefined
  if (!isOptional(lifetime, isAmount) || !isAmount(age) || !isAmount(at)) return undefined
  return { value, subject, lifetime, age, at, isFresh }
}

/** Also reads what is written down in the storage, which is the same without the token. */
export function readNews(data: unknown): News | undefined {
  const stamp = readStamp(ownProperty(data, 'stamp'))
  const end = ownProperty(data, 'end')
  const given = ownProperty(data, 'token')
  const token = given === undefined ? undefined : readToken(given)
  if (!stamp || !isOptional(end, isEnding) || (given !== undefined && !token)) return undefined
  return { type: 'session', stamp, end, token }
}

/** Undefined for what no tab of ours would say: another version, another script on the same channel. */
export function readTabMessage(data: unknown): TabMessage | undefined {
  switch (ownProperty(data, 'type')) {
    case 'hello':
      return { type: 'hello' }
    case 'failed': {
      const message = ownProperty(data, 'message')
      const retryAfter = ownProperty(data, 'retryAfter')
      return isShortText(message) && isOptional(retryAfter, isAmount)
        ? { type: 'failed', message, retryAfter }
        : undefined
    }
    case 'session':
      return readNews(data)
    default:
      return undefined
  }
}
