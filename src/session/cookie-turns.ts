import type { CookieLock, Hold } from './cookie-lock.ts'
import type { CookieNote, Noted } from './cookie-note.ts'
import type { Clock } from './environment.ts'

/**
 * The calls that write the refresh cookie, one after another in all tabs: whichever answer comes last wins the cookie
 * jar, so signing in and out must not be followed by the answer of an older refresh.
 */
export interface CookieTurns {
  /**
   * Runs a call once the one before has settled, here and in other tabs; `patience` milliseconds are spent on the one of
   * this tab, and on others as long as their honest calls may take.
   */
  take<T>(call: (turn: Going) => Promise<T> | T, patience: number, options?: TurnOptions<T>): Turn<T>
  /** The calls under way in this tab. None of these promises rejects. */
  underWay(): Promise<unknown>[]
  /** Lets those who wait go ahead now, and the other tabs as well: the page is leaving, later would be never. */
  hurry(): void
  /** Lets the other tabs go ahead now: nobody is there any more who could say what becomes of the calls under way. */
  letGo(): void
  /** To be told when a refresh has left the readable cookie as it was. */
  distrustHint(): void
}

export interface TurnOptions<T> {
  /** Ends the waiting: the call is run at once, and is to see for itself that it is not wanted any more. */
  readonly signal?: AbortSignal
  /** Whether the server has answered. If not, its answer may still come, and bring its cookie. @default yes */
  readonly isAnswer?: (result: T) => boolean
}

/** What a call is told when its turn has come. */
export interface Going {
  /** Numbers the calls of all tabs: what a later one brings is newer. */
  readonly gen: number
  readonly wasContended: boolean
  /** Whether nobody else can be at it meanwhile. */
  readonly isHeld: boolean
}

export interface Turn<T> {
  readonly result: Promise<T>
  /** Older calls of this tab that were still open when this one went ahead: each may write the cookie after it. */
  readonly overtook: Promise<Promise<unknown>[]>
  /** Lets the next one go ahead. */
  giveUp(): void
}

export interface CookieTurnsParts {
  readonly clock: Clock
  readonly lock: CookieLock
  readonly note: CookieNote
  /** The number of the newest call that this tab has heard of. */
  readonly knownGen: () => number
}

export function createCookieTurns({ clock, lock, note, knownGen }: CookieTurnsParts): CookieTurns {
  /** Only the newest is waited for: one that hangs is given up on once, not by everybody who comes after. */
  let newest: Promise<unknown> | undefined
  const open = new Set<Promise<unknown>>()
  /** Those of them that were under way when the page was left. */
  const leftBehind = new Set<Promise<unknown>>()
  const waiting = new Set<() => void>()

  function patiently(call: Promise<unknown>, patience: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const end = () => {
        stopTimer()
        signal.removeEventListener('abort', end)
        resolve()
      }
      const stopTimer = clock.startTimer(end, patience)
      signal.addEventListener('abort', end)
      call.then(end)
    })
  }

  /** A signal of our own, aborted when the caller's is or when the page leaves; with its end. */
  function hurriedSignal(signal: AbortSignal | undefined): [AbortSignal, () => void] {
    const controller = new AbortController()
    const hurry = () => controller.abort()
    waiting.add(hurry)
    signal?.addEventListener('abort', hurry)
    const end = () => {
      waiting.delete(hurry)
      signal?.removeEventListener('abort', hurry)
    }
    return [controller.signal, end]
  }

  function leaveBehind(): void {
    for (const call of open) leftBehind.add(call)
    // Should the page come back, they are to it what those of any other page are.
    newest = undefined
    note.disown()
    lock.leave()
  }

  return {
    take<T>(call: (turn: Going) => Promise<T> | T, patience: number, options: TurnOptions<T> = {}) {
      const { signal: given, isAnswer = () => true } = options
      const [signal, stopWaiting] = hurriedSignal(given)
      let hold: Hold | undefined
      let noted: Noted | undefined
      const before = newest

      async function queue(): Promise<void> {
        if (before) await patiently(before, patience, signal)
        do {
          hold = await lock.acquire(signal)
          if (hold && !signal.aborted) await note.afterOrphan(signal)
          // Taken away meanwhile: somebody else is at it.
        } while (hold && !hold.isHeld && !signal.aborted)
        stopWaiting()
        // Who goes out of turn notes nothing down in the place of somebody who is at it.
        if (!given?.aborted && (hold || !note.isBusy())) noted = note.begin(knownGen())
      }

      const start = queue()
      const overtook = start.then(() => [...open])
      const result = start.then(() => {
        open.add(turn)
        // It goes ahead because the page is leaving.
        if (signal.aborted && !given?.aborted) leftBehind.add(turn)
        return call({
          gen: noted?.gen ?? 0,
          wasContended: hold?.wasContended ?? false,
          get isHeld() {
            return (hold?.isHeld && noted?.isThere()) ?? false
          },
        })
      })
      const turn: Promise<unknown> = result
        .then(isAnswer, () => false)
        .then((isAnswered) => {
          open.delete(turn)
          // A page that goes is told that its calls have failed; they go on all the same.
          if (!leftBehind.delete(turn) || isAnswered) noted?.end()
          giveUp()
        })
      const giveUp = () => {
        if (newest === turn) newest = undefined
        hold?.release()
      }
      newest = turn
      return { result, overtook, giveUp }
    },
    underWay: () => [...new Set(newest ? [...open, newest] : open)],
    hurry() {
      for (const goAhead of waiting) goAhead()
      leaveBehind()
    },
    letGo: leaveBehind,
    distrustHint: note.distrustHint,
  }
}
