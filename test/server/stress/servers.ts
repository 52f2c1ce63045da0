import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { createHttpClient, type HttpAnswer } from './http-client.ts'
import { type Refresh, refreshOver } from './refresh.ts'
import type { WorkerOptions } from './worker.ts'

const script = fileURLToPath(new URL('worker.ts', import.meta.url))

/** A server in a process of its own. */
export interface Server {
  url: string
  refresh: Refresh
  get(path: string, accessToken: string): Promise<HttpAnswer>
  /** Resolves as soon as so many refreshes wait for their answers. */
  untilWaiting(count: number): Promise<void>
  /** Resolves with the next answer to a refresh. */
  untilAnswered(): Promise<void>
  /** SIGKILL: nothing in the process learns of it. */
  kill(): Promise<void>
  stop(): Promise<void>
}

export async function spawnServer(options: WorkerOptions): Promise<Server> {
  const child = spawn(process.execPath, [script, JSON.stringify(options)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const url = await readAddress(child)
  const client = createHttpClient(url)
  const present = refreshOver(client)
  let waiting = 0
  let onSent = () => {}
  let onAnswered = () => {}

  async function end(signal: () => void): Promise<void> {
    if (child.exitCode === null && child.signalCode === null) {
      const exit = once(child, 'exit')
      signal()
      await exit
    }
    client.close()
  }

  return {
    url,
    async refresh(token) {
      waiting += 1
      onSent()
      try {
        const answer = await present(token)
        onAnswered()
        return answer
      } finally {
        waiting -= 1
      }
    },
    get: (path, accessToken) =>
      client.send({ method: 'GET', path, headers: { authorization: `Bearer ${accessToken}` } }),
    async untilWaiting(count) {
      if (waiting >= count) return
      await new Promise<void>((resolve) => {
        onSent = () => {
          if (waiting >= count) resolve()
        }
      })
    },
    untilAnswered: () =>
      new Promise((resolve) => {
        onAnswered = resolve
      }),
    kill: () => end(() => child.kill('SIGKILL')),
    stop: () => end(() => child.stdin.end()),
  }
}

/** All at once: the first start on an empty database is a race of its own. */
export async function spawnServers(all: readonly WorkerOptions[]): Promise<Server[]> {
  const starts = await Promise.allSettled(all.map(spawnServer))
  const servers = starts.flatMap((start) => (start.status === 'fulfilled' ? start.value : []))
  const failure = starts.find((start) => start.status === 'rejected')
  if (!failure) return servers
  await Promise.all(servers.map((server) => server.stop()))
  throw failure.reason
}

async function readAddress(child: ChildProcess): Promise<string> {
  if (!child.stdout) throw new Error('the output of the server is not ours')
  for await (const line of createInterface(child.stdout)) return line
  throw new Error('the server ended before it told its address')
}
