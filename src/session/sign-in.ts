import type { TokenFacts } from './access-token.ts'
import type { CookieTurns } from './cookie-turns.ts'
import type { Csrf } from './csrf.ts'
import type { Clock } from './environment.ts'
import { SessionEndedError } from './errors.ts'
import type { Moment } from './moment.ts'
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
  readonly csrf: Csrf | undefined
  readonly timeout: number
}

export function createSignIn(parts: SignInParts): Session['signIn'] {
  const { call, turns, standing, refresher, clock, csrf, timeout } = parts
  const { state, change } = standing

  /** Runs a sign-in under an epoch of its own; takes that back if it fails and nothing else has moved it since. */
  async function attempt<T>(signIn: (epoch: number) => Promise<T>): Promise<T> {
    if (state.reason === 'disposed') throw new SessionEndedError('disposed')
    const before = state.epoch
    const resume = refresher.pause()
    refresher.abandon('replaced')
    const { epoch } = state
    try {
      return await signIn(epoch)
    } catch (error) {
      if (state.epoch === epoch) change({ epoch: state.token?.epoch ?? before })
      throw error
    } finally {
      resume()
    }
  }

  function adopt(facts: TokenFacts, startedAt: Moment, epoch: number): void {
    // A sign-out in another tab may have been first, and the word of it be under way.
    refresher.wake()
    if (state.epoch !== epoch) throw new SessionEndedError(state.reason ?? 'replaced')
    refresher.adopt(facts, startedAt)
  }

  function throughLogin<T>(login: () => T | Promise<T>): Promise<T> {
    let isStray = false
    const signIn = attempt(async (epoch) => {
      let startedAt = clock.now()
      let hasSucceeded = false
      // Read within its turn: whoever comes next is to find the new user signed in.
      const { result, overtook } = turns.take(async () => {
        if (state.epoch !== epoch) throw new SessionEndedError(state.reason ?? 'replaced')
        startedAt = clock.now()
        const landed = csrf?.expectCookie()
        const answer = await login()
        hasSucceeded = !(answer instanceof Response) || answer.ok
        await landed?.()
        return { answer, facts: await call.readLogin(answer) }
      }, timeout)
      try {
        const { answer, facts } = await result
        adopt(facts, startedAt, epoch)
        overtook.then((calls) => distrust(calls, epoch))
        return answer
      } catch (error) {
        // Its cookie may be another user's than the one who stays signed in here.
        isStray = hasSucceeded && state.epoch !== epoch
        if (hasSucceeded && !isStray) refresher.suspect()
        throw error
      }
    })
    return signIn.finally(() => isStray && refresher.mistrustCookie())
  }

  function withAnswer<T>(answer: T): Promise<T> {
    return attempt(async (epoch) => {
      const startedAt = clock.now()
      // What is under way may still answer, and its cookie would come after the one of this sign-in.
      const overtaken = turns.underWay()
      const facts = call.readLogin(answer)
      // At once where it can be: the very next request is to carry the token.
      adopt(facts instanceof Promise ? await facts : facts, startedAt, epoch)
      distrust(overtaken, epoch)
      return answer
    })
  }

  /** When an older call's answer comes after the sign-in, its cookie may replace the new user's. */
  function distrust(calls: Promise<unknown>[], epoch: number): void {
    for (const call of calls) {
      call.then(() => {
        // By the token's epoch: a later login call may be under way, and fail.
        if (state.token?.epoch === epoch) refresher.verify()
      })
    }
  }

  return <T>(login: T | (() => T | Promise<T>)) =>
    typeof login === 'function' ? throughLogin(login as () => T | Promise<T>) : withAnswer(login)
}
