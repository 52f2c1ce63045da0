import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { onTestFinished } from 'vitest'
import type { ServerOptions } from '../../../demo/server/node.ts'
import type { TokenAnswer } from '../backend.ts'
import { post, readCookie, start } from '../server.ts'
import type { Comparison } from './app.ts'
import type { Received } from './bad-input.ts'
import { describeSignedIn, type SignedIn } from './signed-in.ts'
import { type Bytes, exchange, hangUp } from './wire.ts'

type HangUp = [bytes: string, when: 'at once' | 'when answered']

export interface RealServer {
  user: SignedIn
  /** What the server took for its own fault. */
  errors: Error[]
  exchange(bytes: Bytes): Promise<Received>
  hangUp(...how: HangUp): Promise<void>
  compare(): Comparison
}

/** The Node host with two users signed in, and a second connection to its database. */
export async function openServer(options: ServerOptions = {}): Promise<RealServer> {
  const directory = await mkdtemp(join(tmpdir(), 'silent-refresh-'))
  onTestFinished(() => rm(directory, { recursive: true }))
  const database = join(directory, 'demo.sqlite')
  const errors: Error[] = []
  const server = await start({
    database,
    rateLimits: false,
    onError: (error) => errors.push(error),
    ...options,
  })
  const [own, other] = [await signIn(server, 'demo@example.com'), await signIn(server, 'second@example.com')]
  const user = await describeSignedIn(server.store, {
    origin: server.url,
    accessToken: own.body.access_token,
    userId: own.body.session.sub,
    refreshToken: own.refreshToken,
    othersRefreshToken: other.refreshToken,
    othersSession: other.body.session.id,
  })
  const connection = new DatabaseSync(database, { readOnly: true })
  onTestFinished(() => connection.close())
  let last = dump(connection)
  return {
    user,
    errors,
    exchange: (bytes) => exchange(server.port, bytes),
    hangUp: (...how) => hangUp(server.port, ...how),
    compare() {
      const before = last
      last = dump(connection)
      const known = before.audit_log?.length
      const events = last.audit_log?.slice(known).map(({ event }) => String(event)) ?? []
      return { before, after: { ...last, audit_log: last.audit_log?.slice(0, known) }, events }
    },
  }
}

async function signIn(server: { url: string }, email: string) {
  const response = await post(server, '/auth/login', '', { email, password: 'correct horse' })
  const body = (await response.json()) as TokenAnswer
  return { body, refreshToken: readCookie(response).split('=')[1] ?? '' }
}

function dump(connection: DatabaseSync): Record<string, Record<string, unknown>[]> {
  const tables = connection
    .prepare("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'")
    .all()
  return Object.fromEntries(
    tables.map(({ name }) => [name, connection.prepare(`SELECT * FROM ${name} ORDER BY rowid`).all()]),
  )
}
