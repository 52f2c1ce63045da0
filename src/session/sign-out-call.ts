import type { SignOutEndpoint } from './auth-endpoint.ts'
import type { Csrf } from './csrf.ts'
import { createEndpoint } from './endpoint.ts'
import type { Environment } from './environment.ts'
import { SignOutFailedError } from './errors.ts'
import { inTime } from './in-time.ts'
import type { SessionOptions } from './options.ts'
import { pause } from './pause.ts'

/** Tells the server that the user signs out. Rejects with a `SignOutFailedError`. */
export interface SignOutCall {
  readonly url: string | undefined
  /** Tries again after what may pass, as long as that `mayRepeat`. */
  send(accessToken: string | null, mayRepeat: () => boolean): Promise<void>
}

const attempts = 3
const firstPause = 500

export function createSignOutCall(
  signOut: NonNullable<SessionOptions['signOut']>,
  environment: Environment,
  timeout: number,
  csrf: Csrf | undefined,
): SignOutCall {
  const { clock } = environment
  if (typeof signOut === 'function') {
    return {
      url: undefined,
      async send(accessToken) {
        try {
          await inTime(Promise.resolve(signOut({ accessToken })), clock, timeout)
        } catch (error) {
          throw new SignOutFailedError('The sign-out function failed.', error)
        }
      },
    }
  }
  const options = typeof signOut === 'string' || signOut instanceof URL ? { url: signOut } : signOut
  const { done = [401], ...rest } = { __proto__: null, ...options } as unknown as SignOutEndpoint
  const endpoint = createEndpoint(rest, environment, csrf)

  async function attempt(): Promise<SignOutFailedError | undefined> {
    try {
      const { ok, status } = await inTime(endpoint.send(), clock, timeout)
      return ok || done.includes(status)
        ? undefined
        : new SignOutFailedError(`The sign-out endpoint answered ${status}.`, status)
    } catch (error) {
      return new SignOutFailedError('The sign-out endpoint could not be reached.', error)
    }
  }

  return {
    url: endpoint.url,
    async send(_, mayRepeat) {
      for (let left = attempts - 1; ; left--) {
        const failure = await attempt()
        if (!failure) return
        const isFinal = typeof failure.cause === 'number' && failure.cause < 500 && failure.cause !== 429
        if (isFinal || left === 0) throw failure
        await pause(clock, firstPause * (attempts - left) * (0.5 + environment.random()))
        if (!mayRepeat()) throw failure
      }
    },
  }
}
