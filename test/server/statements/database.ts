import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import pg from 'pg'
import { onTestFinished, vi } from 'vitest'
import { createPostgresStore } from '../../../demo/server/store/postgres-store.ts'
import { type Backend, createBackend, createDatabase } from '../backend.ts'

/** A backend on Postgres, and a hand on its database from outside. */
export interface Troubled {
  backend: Backend
  /** Another client of the same schema. */
  outsider: pg.Client
  proxy: Proxy
  /** Resolves when one of the backend's connections waits for a lock. */
  untilBlocked(): Promise<void>
  /** Ends all connections that the backend has. */
  terminate(): Promise<void>
}

export async function createTroubled(): Promise<Troubled> {
  const url = await createDatabase()
  const proxy = await createProxy(new URL(url))
  const name = `backend_${crypto.randomUUID()}`
  const store = await createPostgresStore(`${proxy.through(url)}&application_name=${name}`)
  const outsider = new pg.Client(url)
  await outsider.connect()
  onTestFinished(async () => {
    await outsider.end()
    await proxy.close()
    await store.close()
  })
  // Beside the outsider, who may be waiting for a lock itself.
  const watcher = new pg.Client(url)
  await watcher.connect()
  onTestFinished(() => watcher.end())
  const ask = async (columns: string, condition: string) => {
    const text = `SELECT ${columns} FROM pg_stat_activity WHERE application_name = $1 AND ${condition}`
    return (await watcher.query(text, [name])).rowCount
  }
  return {
    backend: await createBackend(store),
    outsider,
    proxy,
    untilBlocked: async () => {
      await vi.waitFor(async () => {
        if ((await ask('pid', "wait_event_type = 'Lock'")) === 0) throw new Error('nobody waits for a lock')
      })
    },
    terminate: async () => {
      await ask('pg_terminate_backend(pid)', 'true')
      await vi.waitFor(async () => {
        if ((await ask('pid', 'true')) !== 0) throw new Error('a connection is still there')
      })
    },
  }
}

/** A wire that can be cut. */
export interface Proxy {
  through(url: string): string
  /** Lets the next COMMIT through and cuts the connection in place of its answer. */
  cutAfterCommit(): void
  /** From now on nothing gets through any more, in either direction; nobody is told. */
  freeze(): void
  /** Everything is cut, and nobody answers a call any more. */
  close(): Promise<void>
}

async function createProxy({ hostname, port }: URL): Promise<Proxy> {
  const sockets = new Set<Socket>()
  let [isCutting, isFrozen] = [false, false]

  const server = createServer((near) => {
    const far = connect(Number(port), hostname)
    let isCommitting = false
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(one)
      one.on('error', () => undefined)
      one.on('close', () => {
        sockets.delete(one)
        other.destroy()
      })
      one.on('data', (data) => {
        if (isFrozen) return
        if (one === far && isCommitting) near.destroy()
        isCommitting = isCutting && one === near && data.includes('COMMIT\0')
        if (isCommitting) isCutting = false
        other.write(data)
      })
    }
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')

  return {
    through(url) {
      const address = server.address()
      const changed = new URL(url)
      changed.port = String(typeof address === 'object' && address ? address.port : port)
      return changed.href
    },
    cutAfterCommit() {
      isCutting = true
    },
    freeze() {
      isFrozen = true
    },
    async close() {
      const closed = once(server, 'close')
      server.close()
      for (const socket of sockets) socket.destroy()
      await closed
    },
  }
}
