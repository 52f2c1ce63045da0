import { type ServerOptions, startServer } from '../../../demo/server/node.ts'
import { createPbkdf2Hasher } from '../../../demo/server/session/passwords.ts'

/** One server in a process of its own: `node worker.ts '<options as JSON>'`. Its first line is its address. */
export interface WorkerOptions extends Pick<ServerOptions, 'database' | 'gracePeriod'> {
  /** Milliseconds between a rotation and its answer. @default 0 */
  refreshDelay?: number
}

const { refreshDelay = 0, ...options } = JSON.parse(process.argv[2] ?? '{}') as WorkerOptions
const server = await startServer({
  ...options,
  control: refreshDelay > 0,
  rateLimits: false,
  passwords: createPbkdf2Hasher({ iterations: 1 }),
})
if (refreshDelay > 0) server.control.set({ refreshDelay })
// The end of its input is the end of whoever started it, in whatever way that one ended.
process.stdin.once('end', () => void server.close()).resume()
console.log(`http://127.0.0.1:${server.port}`)
