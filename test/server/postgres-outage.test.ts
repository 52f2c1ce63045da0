import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import pg from 'pg'
import { expect, inject, it, onTestFinished } from 'vitest'
import { createPostgresStore } from '../../demo/server/store/postgres-store.ts'
import type { Records } from '../../demo/server/store/store.ts'
import { StoreUnavailableError } from '../../demo/server/store/store.ts'
import { createDatabase } from './backend.ts'

/** Errors that nobody listens to end a process; here they are gathered. */
function gatherUncaught(): Error[] {
  const uncaught: Error[] = []
  const before = process.rawListeners('uncaughtException') as NodeJS.UncaughtExceptionListener[]
  process.removeAllListeners('uncaughtException')
  process.on('uncaughtException', (error) => void uncaught.push(error))
  onTestFinished(() => {
    process.removeAllListeners('uncaughtException')
    for (const listener of before) process.on('uncaughtException', listener)
  })
  return uncaught
}

/** A store behind a wire that can be cut. */
async function openThroughWire() {
  const url = new URL(await createDatabase())
  const [port, host] = [Number(url.port), url.hostname]
  const sockets = new Set<Socket>()
  const wire = createServer((client) => {
    const server = connect(port, host)
    for (const [from, to] of [
      [client, server],
      [server, client],
    ] as const) {
      sockets.add(from)
      from.on('error', () => undefined)
      from.on('close', () => to.destroy())
      from.pipe(to)
    }
  })
  wire.listen(0, '127.0.0.1')
  await once(wire, 'listening')
  const address = wire.address()
  url.hostname = '127.0.0.1'
  url.port = String(typeof address === 'object' ? address?.port : 0)
  const store = await createPostgresStore(url.href)
  const cut = () => {
    for (const socket of sockets) socket.destroy()
    sockets.clear()
  }
  /** Keeps the connections there are, and lets nothing through any more. */
  const mute = () => {
    for (const socket of sockets) socket.unpipe()
  }
  onTestFinished(async () => {
    await store.close()
    cut()
    wire.close()
  })
  return { store, cut, mute }
}

const list = (records: Records) => records.listSigningKeys()

it('a connection that breaks within a transaction fails that transaction and nothing else', async () => {
  const uncaught = gatherUncaught()
  const { store, cut } = await openThroughWire()
  const broken = store.write(async (records) => {
    await records.addSigningKey({ kid: 'lost', jwk: '', createdAt: 0, activatedAt: null, retiredAt: null })
    cut()
    return list(records)
  })
  await expect(broken).rejects.toThrow(StoreUnavailableError)
  expect(await store.write(list)).toEqual([])
  expect(await store.read(list)).toEqual([])
  expect(uncaught).toEqual([])
})

it('a database that falls silent is given up, and asked again over another connection', {
  timeout: 30_000,
}, async () => {
  const { store, mute } = await openThroughWire()
  await Promise.all([store.read(list), store.write(list)])
  const failures = [
    store.read(async (records) => {
      mute()
      return list(records)
    }),
    store.write(list),
  ]
  for (const failure of failures) await expect(failure).rejects.toThrow(StoreUnavailableError)
  expect(await Promise.all([store.read(list), store.write(list)])).toEqual([[], []])
})

it('a connection that the database ends within a transaction fails that transaction and nothing else', async () => {
  const uncaught = gatherUncaught()
  const store = await createPostgresStore(await createDatabase())
  onTestFinished(() => store.close())
  const admin = new pg.Client(inject('postgres'))
  await admin.connect()
  onTestFinished(() => admin.end())
  const kid = crypto.randomUUID()
  const broken = store.write(async (records) => {
    await records.addSigningKey({ kid, jwk: '', createdAt: 0, activatedAt: null, retiredAt: null })
    const { rows } = await admin.query<{ pid: number }>(
      `SELECT pid FROM pg_locks JOIN pg_class ON pg_class.oid = relation
       WHERE relname = 'signing_keys' AND mode = 'RowExclusiveLock' AND pid <> pg_backend_pid()`,
    )
    for (const { pid } of rows) await admin.query('SELECT pg_terminate_backend($1, 5000)', [pid])
    return list(records)
  })
  await expect(broken).rejects.toThrow(StoreUnavailableError)
  expect(await store.read(list)).toEqual([])
  expect(uncaught).toEqual([])
})
