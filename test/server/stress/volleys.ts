import { setTimeout as sleep } from 'node:timers/promises'
import { hashToken } from '../../../demo/server/session/refresh-tokens.ts'
import type { Successor } from './databases.ts'
import type { Refresh, RefreshAnswer } from './refresh.ts'
import type { SeededSession } from './sessions.ts'

/** One token, presented by many at once. */
export interface Volley {
  session: SeededSession
  /** The last answer to each of them. */
  answers: RefreshAnswer[]
  /** Milliseconds until each of them. */
  latencies: number[]
  /** Answers that asked to come again. */
  postponed: number
  /** Answers of a server that broke: the client comes again, but there should be none. */
  broken: number
}

/** After so many answers that say nothing a refresh gives up. */
const mostTries = 10

export interface VolleyPlan {
  /** Where tokens are presented, in turns. */
  places: readonly Refresh[]
  /** Refreshes at once per token. */
  size: number
  /** Tokens at once. */
  parallel: number
  /** Waits before a refresh is tried again. @default a timer */
  pause?: (ms: number) => Promise<unknown>
}

export async function fireVolleys(sessions: readonly SeededSession[], plan: VolleyPlan): Promise<Volley[]> {
  const waiting = sessions.values()
  const volleys: Volley[] = []
  // One iterator for all of them: each takes the next session when it is done with its own.
  const gunner = async () => {
    for (const session of waiting) volleys.push(await fireVolley(session, plan))
  }
  await Promise.all(Array.from({ length: plan.parallel }, gunner))
  return volleys
}

async function fireVolley(
  session: SeededSession,
  { places, size, pause = sleep }: VolleyPlan,
): Promise<Volley> {
  const latencies: number[] = []
  let postponed = 0
  let broken = 0

  async function present(turn: number): Promise<RefreshAnswer> {
    for (let tries = 1; ; tries++) {
      const start = performance.now()
      const answer = await placeOf(places, turn + tries)(session.token)
      latencies.push(performance.now() - start)
      if (answer.status < 500) return answer
      if (answer.status === 503) postponed += 1
      else broken += 1
      if (tries === mostTries) return answer
      await pause(answer.retryAfter)
    }
  }

  const answers = await Promise.all(Array.from({ length: size }, (_, turn) => present(turn)))
  return { session, answers, latencies, postponed, broken }
}

function placeOf(places: readonly Refresh[], turn: number): Refresh {
  const place = places[turn % places.length]
  if (!place) throw new Error('there is no server')
  return place
}

export interface Finding {
  /** Two different tokens can be had for the one that was presented. */
  doubleSpent: boolean
  /** The table has exactly one successor. */
  single: boolean
  /** What is wrong, in words; nothing if the token was exchanged exactly once. */
  faults: string[]
}

/** The rule: of all that present a token at once one rotates it, and all have the same successor. */
export async function examineVolley(
  { session, answers, broken }: Volley,
  successors: ReadonlyMap<string, Successor[]>,
): Promise<Finding> {
  const rows = successors.get(session.hash) ?? []
  const cookies = [...new Set(answers.flatMap(({ cookie }) => cookie ?? []))]
  const hashes = await Promise.all(cookies.map(hashToken))
  const strangers = hashes.filter((hash) => !rows.some((row) => row.hash === hash && !row.dropped))
  const faults: string[] = []
  if (broken > 0) faults.push(`${broken} answers came from a server that broke`)
  for (const { status, code, cookie } of answers) {
    if (status !== 200) faults.push(`an answer was ${status} ${code}`)
    else if (cookie === null) faults.push('an answer had no successor')
  }
  if (cookies.length > 1) faults.push(`${cookies.length} different successors were handed out`)
  if (rows.length !== 1) faults.push(`the database has ${rows.length} successors`)
  if (strangers.length > 0) faults.push(`${strangers.length} of the successors handed out lead nowhere`)
  return { doubleSpent: cookies.length > 1 || rows.length > 1, single: rows.length === 1, faults }
}

/** Of all of them, each with the token it is about. */
export async function findVolleyFaults(
  volleys: readonly Volley[],
  successors: ReadonlyMap<string, Successor[]>,
): Promise<string[]> {
  const findings = await Promise.all(volleys.map((volley) => examineVolley(volley, successors)))
  return findings.flatMap(({ faults }, index) =>
    faults.map((fault) => `${volleys[index]?.session.hash.slice(0, 8)}: ${fault}`),
  )
}
