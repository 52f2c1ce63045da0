import { parseArgs } from 'node:util'
import { startPostgres } from '../postgres.ts'
import { createPostgresDatabase, createSqliteDatabase, type Database } from './databases.ts'
import { printTable } from './figures.ts'
import { type KillReport, runKills, runThefts } from './kills.ts'
import { runStorm, type StormReport } from './storm.ts'

/**
 * Refreshes and kills in numbers that no test suite has time for:
 * `node run.ts --refreshes 100000 --kills 100 --thefts 20 --database sqlite`, or postgres, or both without it.
 */
const { values } = parseArgs({
  options: {
    refreshes: { type: 'string', default: '100000' },
    kills: { type: 'string', default: '100' },
    thefts: { type: 'string', default: '20' },
    database: { type: 'string', multiple: true, default: ['sqlite', 'postgres'] },
  },
})

interface Result {
  kind: string
  storm: StormReport
  kills: KillReport
  theftFaults: string[]
}

async function run(kind: string, create: () => Promise<Database>): Promise<Result> {
  const withDatabase = async <T>(work: (database: Database) => Promise<T>): Promise<T> => {
    const database = await create()
    try {
      return await work(database)
    } finally {
      await database.remove()
    }
  }
  return {
    kind,
    storm: await withDatabase((database) => runStorm(database, { refreshes: Number(values.refreshes) })),
    kills: await withDatabase((database) => runKills(database, { kills: Number(values.kills) })),
    theftFaults: await withDatabase((database) => runThefts(database, Number(values.thefts))),
  }
}

async function runOn(kind: string): Promise<Result> {
  if (kind === 'sqlite') return run(kind, createSqliteDatabase)
  if (kind !== 'postgres') throw new Error(`there is no database ${kind}: sqlite or postgres`)
  const postgres = await startPostgres({ durable: true })
  try {
    return await run(kind, () => createPostgresDatabase(postgres.url))
  } finally {
    await postgres.stop()
  }
}

const results: Result[] = []
for (const kind of values.database) results.push(await runOn(kind))

const kinds = results.map(({ kind }) => kind)
const row = (name: string, read: (result: Result) => number, digits = 0): [string, ...string[]] => [
  name,
  ...results.map((result) => read(result).toFixed(digits)),
]
printTable('Every token presented 16 times at once, over 4 processes', kinds, [
  row('refreshes', ({ storm }) => storm.refreshes),
  row('tokens', ({ storm }) => storm.tokens),
  row('double spends', ({ storm }) => storm.doubleSpends),
  row('tokens without exactly one successor', ({ storm }) => storm.withoutOneSuccessor),
  row('503s', ({ storm }) => storm.postponed),
  row('seconds', ({ storm }) => storm.seconds, 1),
  row('refreshes/s', ({ storm }) => storm.refreshes / storm.seconds),
  row('p50 ms', ({ storm }) => storm.median, 1),
  row('p99 ms', ({ storm }) => storm.p99, 1),
])
printTable('Servers killed in the middle of rotations', kinds, [
  row('kills', ({ kills }) => kills.kills),
  row('visitors', ({ kills }) => kills.visitors),
  row('refreshes', ({ kills }) => kills.refreshes),
  row('answers lost', ({ kills }) => kills.lost),
  row('  the same successor came again', ({ kills }) => kills.replayed),
  row('  a sibling came', ({ kills }) => kills.siblings),
  row('seconds', ({ kills }) => kills.seconds, 1),
])
for (const { kind, storm, kills, theftFaults } of results) {
  const faults = [...storm.faults, ...kills.faults, ...theftFaults]
  for (const fault of faults.slice(0, 20)) console.error(`${kind}: ${fault}`)
  if (faults.length > 20) console.error(`${kind}: ${faults.length - 20} more`)
  if (faults.length > 0) process.exitCode = 1
}
