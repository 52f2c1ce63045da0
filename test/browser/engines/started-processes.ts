import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process'
import { once } from 'node:events'
import { within } from './bounds.ts'

// A browser is a group of processes. Each group that was started here is known by the id of its leader, and
// only such groups are ever ended.
const groups = new Set<number>()

const killGroup = (leader: number): void => {
  try {
    process.kill(process.platform === 'win32' ? leader : -leader, 'SIGKILL')
  } catch {
    // It is gone already, which is what was wanted.
  }
}

process.on('exit', () => {
  for (const leader of groups) killGroup(leader)
})

// A test worker that is itself killed runs no 'exit' handler. The watcher outlives it: its standard input
// ends with this process, however that comes about, and then it ends the group.
const watch = (leader: number): (() => void) => {
  if (process.platform === 'win32') return () => {}
  // Spelled so that every sh takes it: some know no '--' after a signal given as '-KILL'.
  const script = 'cat >/dev/null; kill -s KILL -- "-$1" 2>/dev/null'
  const watcher = spawn('sh', ['-c', script, 'sh', String(leader)], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  })
  watcher.on('error', () => {})
  watcher.unref()
  return () => {
    if (watcher.pid !== undefined) killGroup(watcher.pid)
  }
}

/** Makes sure that the group of `leader` does not outlive this process. Call the result to end it now. */
export const ownGroup = (leader: number): (() => void) => {
  groups.add(leader)
  const unwatch = watch(leader)
  return () => {
    killGroup(leader)
    groups.delete(leader)
    unwatch()
  }
}

export interface StartedProcess {
  readonly child: ChildProcess
  /** Rejects when the process ends, for racing against a wait that would then be in vain. */
  readonly failed: Promise<never>
  stop(): Promise<void>
}

export const startProcess = (command: string, args: string[], options: SpawnOptions): StartedProcess => {
  const child = spawn(command, args, { ...options, detached: true })
  const ended = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message))
    child.once('exit', (code, signal) => resolve(`ended with ${code ?? signal}`))
  })
  const failed = ended.then((how) => Promise.reject(new Error(`${command}: ${how}`)))
  // Whoever waits for it gets the rejection; a normal end must not count as unhandled.
  failed.catch(() => {})
  const endGroup = child.pid === undefined ? () => {} : ownGroup(child.pid)
  const stop = async (): Promise<void> => {
    child.kill('SIGTERM')
    await within(5_000, `${command} ending`, ended).catch(() => {})
    endGroup()
    if (child.pid !== undefined && child.exitCode === null && child.signalCode === null) {
      await within(5_000, `${command} being killed`, once(child, 'exit'))
    }
  }
  return { child, failed, stop }
}
