import { setTimeout as sleep } from 'node:timers/promises'
import type { Database } from './databases.ts'
import { findFamilyFaults } from './families.ts'
import { type Server, spawnServer, spawnServers } from './servers.ts'
import { seedSessions } from './sessions.ts'
import { findTheftFaults } from './theft.ts'
import { createVisitor, type Visitor } from './visitors.ts'

export interface KillPlan {
  kills: number
  visitors?: number
}

export interface KillReport {
  kills: number
  visitors: number
  refreshes: number
  /** Requests whose answer died with a server. */
  lost: number
  /** Of these: rotations that had been committed, and how the next refresh made up for them. */
  replayed: number
  siblings: number
  seconds: number
  faults: string[]
}

/**
 * Short, because a token is exchanged only when it is older than this, so that a visitor can rotate several
 * times in a second; long enough that whoever comes back at once after a kill still comes within it. Those get
 * the same successor again, the patient ones outlast it and get a sibling: both ways back have to work.
 */
const gracePeriod = 250

const serverCount = 4

interface Manner {
  refreshDelay: number
  /** When the server is to be killed. */
  moment(server: Server): Promise<void>
}

/**
 * Half of the servers answer as soon as they can and are killed with an answer: what was answered has to be
 * there for good. The others hold their answers back and are killed with several under way: what was committed
 * and never answered must not be lost either.
 */
const manners: readonly [Manner, Manner] = [
  { refreshDelay: 0, moment: (server) => server.untilAnswered() },
  { refreshDelay: 100, moment: (server) => server.untilWaiting(3) },
]
const mannerOf = (place: number) => (place % 2 === 0 ? manners[0] : manners[1])

/** Kills servers in the middle of rotations, and looks whether anybody was signed out or any token spent twice. */
export async function runKills(database: Database, plan: KillPlan): Promise<KillReport> {
  const { kills, visitors: visitorCount = 100 } = plan
  const options = (place: number) => ({
    database: database.address,
    gracePeriod,
    refreshDelay: mannerOf(place).refreshDelay,
  })
  const fleet: (Server | undefined)[] = await spawnServers(
    Array.from({ length: serverCount }, (_, place) => options(place)),
  )
  const outlastGrace = () => sleep(gracePeriod + 10)
  const pick = () => {
    const living = fleet.filter((server) => server !== undefined)
    const server = living[Math.floor(Math.random() * living.length)]
    if (!server) throw new Error('no server is left')
    return server
  }
  const closing = new AbortController()
  try {
    const store = await database.open()
    const sessions = await seedSessions(store, visitorCount)
    const visitors = sessions.map((session, index) =>
      createVisitor({ session, pick, outlastGrace, patient: index % 2 === 1 }),
    )
    const start = performance.now()
    const visits = Promise.all(visitors.map((visitor) => keepVisiting(visitor, closing.signal)))
    for (let done = 0; done < kills; done++) {
      const place = done % serverCount
      const victim = fleet[place]
      if (!victim) throw new Error('a server that was killed was not replaced')
      // The visits end early only when every visitor has been signed out.
      await Promise.race([mannerOf(place).moment(victim), visits])
      const killed = victim.kill()
      fleet[place] = undefined
      await killed
      fleet[place] = await spawnServer(options(place))
    }
    closing.abort()
    await visits
    const seconds = (performance.now() - start) / 1000
    // What is left of every family has to work, on whatever server, and so has what comes of it.
    for (let round = 0; round < 2; round++) {
      await outlastGrace()
      await Promise.all(visitors.map((visitor) => visitor.refresh()))
    }
    const events = (await store.read((records) => records.listAuditEntries())).map(({ event }) => event)
    const faults = [
      ...visitors.flatMap((visitor) => visitor.faults),
      ...(await findFamilyFaults(visitors, await database.successors(), store)),
    ]
    await store.close()
    return {
      kills,
      visitors: visitorCount,
      refreshes: visitors.reduce((sum, { refreshes }) => sum + refreshes, 0),
      lost: visitors.reduce((sum, { lost }) => sum + lost, 0),
      replayed: events.filter((event) => event === 'refresh_replayed').length,
      siblings: events.filter((event) => event === 'refresh_sibling').length,
      seconds,
      faults,
    }
  } finally {
    closing.abort()
    await Promise.all(fleet.map((server) => server?.stop()))
  }
}

async function keepVisiting(visitor: Visitor, signal: AbortSignal): Promise<void> {
  while (!signal.aborted && visitor.faults.length === 0) {
    await visitor.refresh()
    // Until the token is old enough to be exchanged, and not all visitors in step.
    await sleep(gracePeriod * (1 + Math.random()))
  }
}

/** The rule for a stolen token, over servers of their own with the same short grace period. */
export async function runThefts(database: Database, count: number): Promise<string[]> {
  const servers = await spawnServers(Array(4).fill({ database: database.address, gracePeriod }))
  try {
    const store = await database.open()
    const sessions = await seedSessions(store, count)
    await store.close()
    const places = servers.map(({ refresh }) => refresh)
    const outlastGrace = () => sleep(gracePeriod + 10)
    const faults = await Promise.all(
      sessions.map((session) => findTheftFaults({ session, places, outlastGrace, open: database.open })),
    )
    return faults.flat()
  } finally {
    await Promise.all(servers.map((server) => server.stop()))
  }
}
