import type { AnyEvent } from '../session/events.ts'
import { gateOf } from '../session/gate.ts'
import type { Session } from '../session/session.ts'
import { eventLine, snapshotLine } from './event-line.ts'

/** Options of {@link debug}. */
export interface DebugOptions {
  /** Takes the lines. @default console.log */
  log?: ((line: string) => void) | undefined
  /** Whether to tell of single requests: who waited, what was retried, which 401 was passed on. @default true */
  requests?: boolean | undefined
}

/** So many events of one kind in a row are told one by one. */
const longestRun = 3

/**
 * Prints what happens to a session, a line for each event: why a refresh began, who waited and how long, what was
 * decided and why. No line holds a token, a body or the query of a URL.
 *
 * @returns the undo
 * @throws {TypeError} if it is not a session
 * @example
 * const stop = debug(session)
 */
export function debug(session: Session, options: DebugOptions = {}): () => void {
  const { clock } = gateOf(session)
  const { log = (line: string) => console.log(line), requests = true } = options
  const startedAt = clock.now().monotonic
  let kind: string | undefined
  let run = 0

  function print(text: string): void {
    const seconds = ((clock.now().monotonic - startedAt) / 1000).toFixed(3)
    log(`silent-refresh +${seconds} s  ${text}`)
  }

  function endRun(): void {
    if (run > longestRun) print(`and ${run - longestRun} more like these`)
    run = 0
    kind = undefined
  }

  function hear(event: AnyEvent): void {
    if (event.type !== kind) endRun()
    kind = event.type
    run++
    if (run <= longestRun) print(eventLine(event))
    // What happens in one breath is told in one breath.
    if (run === 1) Promise.resolve().then(endRun)
  }

  print(snapshotLine(session.getSnapshot()))
  return session.subscribe(hear, { requests })
}
