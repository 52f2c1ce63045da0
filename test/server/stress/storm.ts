import type { Database } from './databases.ts'
import { quantile } from './figures.ts'
import { type Server, spawnServers } from './servers.ts'
import { type SeededSession, seedSessions } from './sessions.ts'
import { examineVolley, fireVolleys } from './volleys.ts'

export interface StormPlan {
  /** In all; 16 of them on each token. */
  refreshes: number
}

export interface StormReport {
  refreshes: number
  tokens: number
  doubleSpends: number
  withoutOneSuccessor: number
  /** Answers that asked to come again. */
  postponed: number
  seconds: number
  /** Milliseconds. */
  median: number
  p99: number
  faults: string[]
}

const size = 16
/** Enough to keep all servers busy; more would only measure their queues. */
const parallel = 4

/** Presents every token 16 times at once, in turns at all servers of one database. */
export async function runStorm(database: Database, plan: StormPlan): Promise<StormReport> {
  const servers = await spawnServers(Array(4).fill({ database: database.address }))
  try {
    const store = await database.open()
    // Before anything else: later they may have learnt of each other's keys.
    const keyFaults = await findKeyFaults(servers, await seedSessions(store, servers.length))
    const sessions = await seedSessions(store, Math.ceil(plan.refreshes / size))
    await store.close()
    const places = servers.map(({ refresh }) => refresh)
    const start = performance.now()
    const volleys = await fireVolleys(sessions, { places, size, parallel })
    const seconds = (performance.now() - start) / 1000
    const successors = await database.successors()
    const findings = await Promise.all(volleys.map((volley) => examineVolley(volley, successors)))
    const latencies = volleys.flatMap((volley) => volley.latencies)
    return {
      refreshes: volleys.reduce((sum, { answers }) => sum + answers.length, 0),
      tokens: volleys.length,
      doubleSpends: findings.filter(({ doubleSpent }) => doubleSpent).length,
      withoutOneSuccessor: findings.filter(({ single }) => !single).length,
      postponed: volleys.reduce((sum, { postponed }) => sum + postponed, 0),
      seconds,
      median: quantile(latencies, 0.5),
      p99: quantile(latencies, 0.99),
      faults: [...keyFaults, ...findings.flatMap(({ faults }) => faults)],
    }
  } finally {
    await Promise.all(servers.map((server) => server.stop()))
  }
}

/**
 * The rule: whichever server signed an access token, every other takes it. They all started on the same empty
 * database at the same moment, so that each of them may have thought that it has to make the first key.
 */
async function findKeyFaults(
  servers: readonly Server[],
  sessions: readonly SeededSession[],
): Promise<string[]> {
  const faults: string[] = []
  for (const [index, signer] of servers.entries()) {
    const { accessToken } = await signer.refresh(sessions[index]?.token ?? '')
    for (const [other, { get }] of servers.entries()) {
      const { status } = await get('/api/me', accessToken ?? '')
      if (status !== 200) faults.push(`server ${other} answers ${status} to a token that ${index} signed`)
    }
  }
  return faults
}
