import type { CookieTurns, Going } from './cookie-turns.ts'
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

export interface SignOut {
  run(): Promise<void>
  /** Tells the server once more: a refresh that hung has answered at last, and its cookie would bring the user back. */
  repeat(): void
}

export function createSignOut({ call, turns, standing, refresher, timeout }: SignOutParts): SignOut {
  const { state } = standing
  let pending: { epoch: number; done: Promise<void> } | undefined

  function repeat(accessToken: string | null): void {
    // Somebody has signed in: that cookie is theirs.
    const isWanted = () => state.status === 'unauthenticated'
    const send = (going: Going) =>
      isWanted() ? call?.send(accessToken, () => going.isHeld && isWanted()) : undefined
    turns.take(send, timeout).result.catch(() => {})
  }

  function tellServer(tell: SignOutCall, accessToken: string | null): Promise<void> {
    const { turn } = state.stamp
    const isReplaced = () => state.status === 'authenticated' && state.stamp.turn > turn
    const send = async (going: Going) => {
      // Whose turn was before ours may have signed in, in another tab.
      refresher.wake()
      if (isReplaced()) return
      // Who has taken the turn from us may be signing in, and what is sent now goes with that cookie.
      await tell.send(accessToken, () => going.isHeld && !isReplaced())
      if (!isReplaced()) refresher.confirmSignOut(going.gen)
    }
    const { result, overtook } = turns.take(send, timeout)
    overtook.then((calls) => calls.map((call) => call.then(() => repeat(accessToken))))
    return result
  }

  async function run(): Promise<void> {
    if (state.reason === 'disposed' || pending?.epoch === state.epoch) return pending?.done
    const accessToken = state.token?.value || null
    // Said once; but what is under way, or may still answer, comes too late from here on.
    if (state.reason !== 'signed_out') refresher.end('signed_out')
    else refresher.abandon('signed_out')
    if (!call) return
    const own = { epoch: state.epoch, done: tellServer(call, accessToken) }
    pending = own
    try {
      await own.done
    } finally {
      if (pending === own) pending = undefined
    }
  }

  return { run, repeat: () => repeat(null) }
}
