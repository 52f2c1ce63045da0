import type { Answer } from '../session/options.ts'

interface Received {
  readonly status: number
  readonly url: string
  readonly method: string
  readonly headers: Headers
  readText(): Promise<string>
}

/** An answer as `shouldRefresh` sees it, whichever client received it. Its methods may be taken apart from it. */
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
