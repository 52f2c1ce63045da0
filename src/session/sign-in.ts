import type { CookieTurns } from './cookie-turns.ts'
import type { Clock } from './environment.ts'
import { SessionEndedError } from './errors.ts'
import type { RefreshCall } from './refresh-call.ts'
import type { Refresher } from './refresher.ts'
import type { Session } from './session.ts'
import type { Standing } from './standing.ts'

export interface SignInParts {
  readonly call: RefreshCall
  readonly turns: CookieTurns
  readonly standing: Standing
  readonly refresher: Refresher
  readonly clock: Clock
  readonly timeout: number
}

export function createSignIn(parts: SignInParts): Session['signIn'] {
  const { call, turns, standing, refresher, clock, timeout } = parts
  const { state, change } = standing

  /** Moves the epoch; `undo` takes that back if nothing else has moved it since. */
  function begin(): { epoch: number; undo: () => void } {
    if (state.reason === 'disposed') throw new SessionEndedError('disposed')
    const before = state.epoch
    refresher.abandon('replaced')
    const { epoch } = state
    return {
      epoch,
      undo() {
        if (state.epoch === epoch) change({ epoch: state.token?.epoch ?? before })
      },
    }
  }

  async function throughLogin<T>(login: () => T | Promise<T>): Promise<T> {
    const { epoch, undo } = begin()
    const resume = refresher.pause()
    try {
      let startedAt = clock.now()
      const { result, overtook } = turns.take(() => {
        startedAt = clock.now()
        return login()
      }, timeout)
      const answer = await result
      const facts = await call.readLogin(answer)
      if (state.epoch !== epoch) throw new SessionEndedError(state.reason ?? 'replaced')
      refresher.adopt(facts, startedAt)
      distrust(overtook, epoch)
      return answer
    } catch (error) {
      undo()
      throw error
    } finally {
      resume()
    }
  }

  async function withAnswer<T>(answer: T): Promise<T> {
    const startedAt = clock.now()
    const { epoch, undo } = begin()
    // What is under way may still answer, and its cookie would come after the one of this sign-in.
    const overtaken = turns.settled()
    try {
      const reading = call.readLogin(answer)
      // At once where it can be: the very next request is to carry the token.
      const facts = reading instanceof Promise ? await reading : reading
      if (state.epoch !== epoch) throw new SessionEndedError(state.reason ?? 'replaced')
      refresher.adopt(facts, startedAt)
    } catch (error) {
      undo()
      throw error
    }
    distrust(overtaken, epoch)
    return answer
  }

  /** An older call's answer came after the sign-in: its cookie may have replaced the new user's. */
  function distrust(overtaken: Promise<boolean>, epoch: number): void {
    overtaken.then((isSo) => {
      if (!isSo || state.epoch !== epoch) return
      refresher.suspect()
      refresher.start('verify', true)
    })
  }

  return <T>(login: T | (() => T | Promise<T>)) =>
    typeof login === 'function' ? throughLogin(login as () => T | Promise<T>) : withAnswer(login)
}
