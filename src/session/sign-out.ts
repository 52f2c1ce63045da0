import type { CookieTurns } from './cookie-turns.ts'
import type { Refresher } from './refresher.ts'
import type { SignOutCall } from './sign-out-call.ts'
import type { Standing } from './standing.ts'

export interface SignOutParts {
  /** Undefined if there is nobody to tell. */
  readonly call: SignOutCall | undefined
  readonly turns: CookieTurns
  readonly standing: Standing
  readonly refresher: Refresher
  readonly timeout: number
}

export function createSignOut({
  call,
  turns,
  standing,
  refresher,
  timeout,
}: SignOutParts): () => Promise<void> {
  const { state } = standing
  let pending: { epoch: number; done: Promise<void> } | undefined

  function tellServer(tell: SignOutCall, accessToken: string | null): Promise<void> {
    const { result, overtook } = turns.take(() => tell.send(accessToken), timeout)
    // A refresh that hung has answered at last, and its cookie would bring the user back, if nobody has signed in.
    const repeat = () => (state.status === 'unauthenticated' ? tell.send(accessToken) : undefined)
    const again = () => turns.take(repeat, timeout).result.catch(() => {})
    overtook.then((calls) => calls.map((call) => call.then(again)))
    return result
  }

  return async () => {
    if (state.reason === 'disposed' || pending?.epoch === state.epoch) return pending?.done
    const accessToken = state.token?.value || null
    // Said once; but a login call under way has to be told that it comes too late.
    if (state.reason !== 'signed_out' || refresher.isPaused()) refresher.end('signed_out')
    if (!call) return
    const own = { epoch: state.epoch, done: tellServer(call, accessToken) }
    pending = own
    try {
      await own.done
    } finally {
      if (pending === own) pending = undefined
    }
  }
}
