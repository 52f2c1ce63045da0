import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import type { Command, Left, Outcome } from './page.ts'

/** An app of `demo/migrations` that runs in a page of its own. */
export interface OpenPage {
  get(path: string): Promise<unknown>
  signIn(): Promise<unknown>
  signOut(): Promise<unknown>
  isSignedIn(): Promise<unknown>
  /** Lets the page's clock jump ahead by so many milliseconds. */
  pass(ms: number): Promise<unknown>
  /** Keeps the answer to the next request from the app until `release`. */
  delay(): Promise<unknown>
  release(): Promise<unknown>
  /** What the next page of this origin finds. */
  look(): Promise<Left>
}

/** A process for each: the libraries keep their state in modules and globals. Closed after the test. */
export async function openPage(app: string, url: string, left?: Left): Promise<OpenPage> {
  const page = fork(join(import.meta.dirname, 'page.ts'), [app, url, left ? JSON.stringify(left) : ''], {
    env: { ...process.env, NODE_ENV: 'production' },
    execArgv: ['--conditions=browser'],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  onTestFinished(async () => {
    if (page.exitCode !== null) return
    page.disconnect()
    await once(page, 'exit')
  })
  const waiting = new Map<number, (outcome: Outcome) => void>()
  page.on('message', (outcome: Outcome) => waiting.get(outcome.id)?.(outcome))
  page.once('exit', (code) => {
    for (const [id, settle] of waiting) settle({ id, error: `The page has ended with ${code}` })
  })

  async function outcomeOf(id: number): Promise<unknown> {
    const { value, error } = await new Promise<Outcome>((resolve) => waiting.set(id, resolve))
    waiting.delete(id)
    if (error !== undefined) throw new Error(error)
    return value
  }
  await outcomeOf(0)

  let count = 0
  function call(name: Command['name'], ...args: unknown[]): Promise<unknown> {
    const id = ++count
    page.send({ id, name, args } satisfies Command)
    return outcomeOf(id)
  }

  return {
    get: (path) => call('get', path),
    signIn: () => call('signIn', 'demo@example.com', 'correct horse'),
    signOut: () => call('signOut'),
    isSignedIn: () => call('isSignedIn'),
    pass: (ms) => call('pass', ms),
    delay: () => call('delay'),
    release: () => call('release'),
    look: async () => (await call('look')) as Left,
  }
}
