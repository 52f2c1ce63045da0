import type { LogEntry } from '../../../demo/server/host/control.ts'
import type { page } from '../pages/traffic.ts'

export type Harvest = ReturnType<typeof page.harvest>

/** Who is signed in: an email, or nobody. */
export type User = string | null

/** A change of the user: `from` its beginning `to` its end both are right. */
interface Change {
  readonly from: number
  to: number
  readonly user: User
}

export interface Findings {
  calls: number
  good: number
  unavailable: number
  network: number
  turnedAway: number
  spuriousSignOuts: number
  spurious401s: number
  wrongUsers: number
  hanging: number
  refreshesOfNobody: number
  uncaught: number
}

/** Other tabs hear of a change a moment later; a busy machine makes it a long one. */
const slack = 1000
/** The longest that a request may wait for a token, and some more. */
const longestWait = 25_000

/** What was right at which time, and how what has happened compares with it. */
export function createHistory() {
  const changes: Change[] = [{ from: 0, to: 0, user: null }]
  const offline: { from: number; to: number }[] = []
  const findings: Findings = {
    calls: 0,
    good: 0,
    unavailable: 0,
    network: 0,
    turnedAway: 0,
    spuriousSignOuts: 0,
    spurious401s: 0,
    wrongUsers: 0,
    hanging: 0,
    refreshesOfNobody: 0,
    uncaught: 0,
  }

  /** All that were right at some time between the two. */
  function usersBetween(start: number, end: number, tolerance = slack): User[] {
    return changes
      .filter(({ from }, index) => {
        const next = changes[index + 1]
        return from <= end && (next === undefined || next.to + tolerance >= start)
      })
      .map(({ user }) => user)
  }

  function report(what: keyof Findings, details: string): void {
    findings[what]++
    console.log(`${what}: ${details}`)
  }

  function judgeCall(tab: number, { start, end, outcome }: Harvest['calls'][number]): void {
    findings.calls++
    const until = end ?? Date.now()
    const users = usersBetween(start, until)
    const told = () => `tab ${tab}, ${start} to ${until}, right were ${users.join(' or ')}: ${outcome}`
    if (until - start > longestWait) report('hanging', told())
    if (outcome.includes('@')) {
      if (users.includes(outcome)) findings.good++
      else report('wrongUsers', told())
    } else if (outcome === '401') {
      // Given back where no token could be had; only who has a session is wronged by it.
      if (users.includes(null)) findings.good++
      // While a login call decides whose session this is, nobody can tell what a refusal means.
      else if (users.length > 1) findings.turnedAway++
      else report('spurious401s', told())
    } else if (outcome === 'SessionEndedError') {
      if (users.length > 1) findings.turnedAway++
      else report('spuriousSignOuts', told())
    } else if (outcome === 'RefreshUnavailableError') findings.unavailable++
    else {
      const isExpected = offline.some(({ from, to }) => from <= until && to + slack >= start)
      findings.network++
      if (!isExpected) console.log(`a call failed: ${told()}`)
    }
  }

  return {
    findings,
    user: () => changes.at(-1)?.user ?? null,
    /** Runs what changes the user. */
    async change(user: User, work: () => Promise<unknown>): Promise<void> {
      const change: Change = { from: Date.now(), to: Infinity, user }
      changes.push(change)
      await work()
      change.to = Date.now()
    },
    async whileOffline(work: () => Promise<unknown>): Promise<void> {
      const span = { from: Date.now(), to: Infinity }
      offline.push(span)
      await work()
      span.to = Date.now()
    },
    judge(tab: number, { calls, ends, errors }: Harvest): void {
      for (const call of calls) judgeCall(tab, call)
      for (const { at, reason } of ends) {
        const users = usersBetween(at, at)
        if (users.length === 1 && users[0] !== null)
          report('spuriousSignOuts', `tab ${tab}, ${at}, ended: ${reason}`)
      }
      for (const error of errors) report('uncaught', `tab ${tab}: ${error}`)
    },
    judgeOpen(tab: number, { open }: Harvest): void {
      for (const { start } of open) report('hanging', `tab ${tab}, since ${start}`)
    },
    judgeLog(log: readonly LogEntry[]): void {
      for (const { path, status, at } of log) {
        if (path !== '/auth/refresh' || status !== 200) continue
        const users = usersBetween(at, at, 0)
        if (users.length === 1 && users[0] === null) report('refreshesOfNobody', `at ${at}`)
      }
    },
  }
}
