// What the library costs, beside bare clients and other libraries. `--save` keeps the figures for the README.
import { benchTable } from '../figures/bench-table.ts'
import { machine, saveFigures, versionsOf } from '../figures/figures.ts'
import { measureColdStart } from './cold-start.ts'
import { measureDrain } from './drain.ts'
import { openSession, token } from './environment.ts'
import { measureHeap } from './heap.ts'
import { countInstructions } from './instructions.ts'
import { raceOverLoopback } from './loopback.ts'
import { raceOnAxios } from './on-axios.ts'
import { raceOnFetch } from './on-fetch.ts'
import { installPage } from './stubs.ts'
import { raceWithSubscribers } from './subscribers.ts'

const stub = { rounds: 16, slice: 50, clock: 'processor', warmUp: 3000 } as const
const wall = { rounds: 16, slice: 50, clock: 'wall', warmUp: 300 } as const

// Before there is a page, which the server of the loopback and axios's adapters would take for a browser's.
const coldStart = measureColdStart()
const loopback = await raceOverLoopback(wall)
const loopbackProcessor = await raceOverLoopback({ ...wall, clock: 'processor' })

const page = installPage()
const session = openSession()
await session.signIn({ access_token: token, expires_in: 3600 })
const figures = {
  command: 'npm run bench',
  versions: {
    node: process.versions.node,
    ...versionsOf(
      'axios',
      'axios-auth-refresh',
      'axios-jwt',
      'axios-refresh-sync',
      'token-refresh',
      'fetch-extras',
      'ky',
      'alova',
      'supertokens-website',
    ),
  },
  onAxios: await raceOnAxios(session, stub),
  onFetch: await raceOnFetch(session, page, stub),
  loopback,
  loopbackProcessor,
  subscribers: await raceWithSubscribers(stub),
  drain: await measureDrain(),
  heap: await measureHeap(session),
  coldStart,
  instructions: countInstructions() ?? null,
}
session.dispose()

const date = new Date().toISOString().slice(0, 10)
console.log(benchTable({ date, machine: machine(), ...figures }))
if (process.argv.includes('--save')) saveFigures('bench', figures)
// Peers keep timers.
process.exit()
