/** An answer of the server, to be judged by `shouldRefresh` or `refused`. */
export interface Answer {
  readonly status: number
  readonly url: string
  readonly method: string
  readonly headers: Headers
  /** The body as text. May be called more than once and leaves the caller's body untouched. */
  text(): Promise<string>
  /** The body as JSON; undefined if it is not. */
  json(): Promise<unknown>
}

/**
 * Says which answers are meant, by their status and by the code that their JSON body carries. Where there should be a code
 * and is none, a proxy has answered: for `shouldRefresh` the status alone decides then, for `refused` nothing is over.
 *
 * @example
 * const rule: AnswerRule = { status: [401], code: { path: 'error.code', only: ['TOKEN_EXPIRED'] } }
 */
export interface AnswerRule {
  /** The HTTP statuses, 100 to 599. @default [401] for `shouldRefresh`, [400, 401, 403, 422] for `refused` */
  status?: readonly number[] | undefined
  /** Where the body has its code (a dotted path), and the only codes that count, or all `except` some. */
  code?:
    | { path: string; only: readonly string[]; except?: undefined }
    | { path: string; except: readonly string[]; only?: undefined }
    | undefined
}

/** An answer as a client has received it. */
export interface Received {
  readonly status: number
  readonly url: string
  readonly method: string
  readonly headers: Headers
  readText(): Promise<string>
}

/** An answer as the app's functions see it, whichever client received it. Its methods may be taken apart from it. */
export function asAnswer({ readText, ...facts }: Received): Answer {
  let body: Promise<string> | undefined
  const text = () => {
    body ??= readText()
    return body
  }
  return Object.freeze({
    ...facts,
    text,
    async json() {
      try {
        return JSON.parse(await text()) as unknown
      } catch {
        return undefined
      }
    },
  })
}
