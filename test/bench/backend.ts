import { type AccessTokenClaims, type Keys, loadKeys } from '../../demo/server/session/keys.ts'
import type { Store } from '../../demo/server/store/store.ts'
import { startPostgres } from '../server/postgres.ts'
import { createPostgresDatabase, createSqliteDatabase, type Database } from '../server/stress/databases.ts'
import { printTable, quantile } from '../server/stress/figures.ts'
import { type Server, spawnServer } from '../server/stress/servers.ts'
import { type SeededSession, seedSessions } from '../server/stress/sessions.ts'
import { type Guesses, measureGuesses } from './guesses.ts'

interface Load {
  perSecond: number
  /** Milliseconds. */
  latencies: number[]
}

interface Figures {
  refreshes: Load
  requests: Load
  /** Microseconds per call, one figure per round. */
  signature: number[]
  version: number[]
  guesses: Guesses
}

const connections = 16
const warmUp = 1000
const refreshCount = 5000
const requestCount = 20_000

/** So many calls, a fixed number of them at a time; the first ones do not count. */
async function load(count: number, call: (index: number) => Promise<void>): Promise<Load> {
  const latencies: number[] = []
  const indexes = Array(count + warmUp).keys()
  let start = 0
  const caller = async () => {
    for (const index of indexes) {
      const sent = performance.now()
      if (index === warmUp) start = sent
      await call(index)
      if (index >= warmUp) latencies.push(performance.now() - sent)
    }
  }
  await Promise.all(Array.from({ length: connections }, caller))
  return { perSecond: (count / (performance.now() - start)) * 1000, latencies }
}

async function measureServer(server: Server, sessions: readonly SeededSession[]) {
  const accessTokens: string[] = []
  const refreshes = await load(refreshCount, async (index) => {
    const { status, cookie, accessToken } = await server.refresh(sessions[index]?.token ?? '')
    if (!cookie || !accessToken) throw new Error(`a refresh was answered ${status}`)
    accessTokens.push(accessToken)
  })
  const requests = await load(requestCount, async (index) => {
    const token = accessTokens[index % accessTokens.length] ?? ''
    const { status } = await server.get('/api/items?n=10', token)
    if (status !== 200) throw new Error(`a request was answered ${status}`)
  })
  return { refreshes, requests }
}

/** Microseconds per call, one call after the other. */
async function time(call: () => Promise<unknown>, calls = 500): Promise<number> {
  const start = performance.now()
  for (let count = 0; count < calls; count++) await call()
  return ((performance.now() - start) / calls) * 1000
}

/** What the two halves of checking an access token cost, in turns, without a server around them. */
async function measureCheck(store: Store, keys: Keys, session: SeededSession, rounds = 21) {
  const claims: AccessTokenClaims = {
    iss: 'issuer',
    aud: 'audience',
    sub: 'user',
    iat: Date.now() / 1000,
    exp: Date.now() / 1000 + 3600,
    jti: 'token',
    sid: session.id,
    ver: 1,
  }
  const token = await keys.sign(claims)
  const checkSignature = () => keys.verify(token, { issuer: 'issuer', audience: 'audience', now: Date.now() })
  const checkVersion = () => store.read((records) => records.findSession(session.id))
  await time(checkSignature)
  await time(checkVersion)
  const signature: number[] = []
  const version: number[] = []
  for (let round = 0; round < rounds; round++) {
    signature.push(await time(checkSignature))
    version.push(await time(checkVersion))
  }
  return { signature, version }
}

async function measure(database: Database): Promise<Figures> {
  const server = await spawnServer({ database: database.address })
  const store = await database.open()
  try {
    const sessions = await seedSessions(store, refreshCount + warmUp)
    const [first] = sessions
    if (!first) throw new Error('there is no session')
    const loads = await measureServer(server, sessions)
    const check = await measureCheck(store, await loadKeys(store), first)
    return { ...loads, ...check, guesses: await measureGuesses(store) }
  } finally {
    await store.close()
    await server.stop()
    await database.remove()
  }
}

// Both write through to the disk on every commit: anything else would not be what an operator runs.
const sqlite = await measure(await createSqliteDatabase())
const running = await startPostgres({ durable: true })
const postgres = await createPostgresDatabase(running.url).then(measure).finally(running.stop)

const row = (name: string, read: (figures: Figures) => string): [string, string, string] => [
  name,
  read(sqlite),
  read(postgres),
]
const tail = (values: number[]) =>
  `${quantile(values, 0.5).toFixed(1)} / ${quantile(values, 0.99).toFixed(1)}`
const middle = (values: number[]) =>
  `${quantile(values, 0.5).toFixed(0)} (${quantile(values, 0.25).toFixed(0)} to ${quantile(values, 0.75).toFixed(0)})`

printTable(
  `One server in a process of its own, ${connections} requests at a time from another`,
  ['SQLite', 'Postgres'],
  [
    row('refreshes per second', ({ refreshes }) => refreshes.perSecond.toFixed(0)),
    row('  p50 / p99 ms', ({ refreshes }) => tail(refreshes.latencies)),
    row('GET /api/items?n=10 per second', ({ requests }) => requests.perSecond.toFixed(0)),
    row('  p50 / p99 ms', ({ requests }) => tail(requests.latencies)),
  ],
)
printTable(
  'Checking an access token, microseconds (median with its quartiles)',
  ['SQLite', 'Postgres'],
  [
    row('its signature, ES256', ({ signature }) => middle(signature)),
    row('its version: session and user, read from the store', ({ version }) => middle(version)),
  ],
)
printTable(
  'A sign-in that is refused, milliseconds (median with its quartiles)',
  ['SQLite', 'Postgres'],
  [
    row('no such user', ({ guesses }) => middle(guesses.unknownUser)),
    row('wrong password', ({ guesses }) => middle(guesses.wrongPassword)),
  ],
)
