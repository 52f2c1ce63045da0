import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'

const script = fileURLToPath(new URL('../../demo/server/start.ts', import.meta.url))

export interface SkewedServer {
  url: string
  /** What its machine took for the time when it started. */
  clock: number
}

/** A server in a process of its own, on a machine whose clock is wrong by so many milliseconds. */
export async function spawnSkewed(
  database: string,
  error: number,
  ...words: string[]
): Promise<SkewedServer> {
  const code = `
    const Right = Date
    globalThis.Date = class extends Right {
      constructor(...given) { given.length ? super(...given) : super(Right.now() + ${error}) }
      static now() { return Right.now() + ${error} }
    }
    console.log('clock ' + Date.now())`
  const preload = `data:text/javascript,${encodeURIComponent(code)}`
  const command = ['--import', preload, script, '--port', '0', '--database', database, ...words]
  const child = spawn(process.execPath, command, { stdio: ['ignore', 'pipe', 'inherit'] })
  onTestFinished(() => stop(child))
  let clock = 0
  for await (const line of createInterface(child.stdout)) {
    if (line.startsWith('clock')) clock = Number(line.split(' ')[1])
    const [url] = /http:\S+/.exec(line) ?? []
    if (url) return { url, clock }
  }
  throw new Error('the server ended before it told its address')
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return
  const exit = once(child, 'exit')
  child.kill()
  await exit
}
