import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterAll, expect, it } from 'vitest'
import { minute } from './backend.ts'
import { eventsOf, login, post, readCookie, start } from './server.ts'

const script = fileURLToPath(new URL('../../demo/server/start.ts', import.meta.url))
const children: ChildProcess[] = []
let directory: string | undefined

afterAll(async () => {
  const ends = children.map((child) => (child.exitCode === null ? once(child, 'exit') : undefined))
  for (const child of children) child.kill()
  await Promise.all(ends)
  if (directory) await rm(directory, { recursive: true })
})

/** The backend in a process of its own. */
async function spawnServer(database: string): Promise<{ url: string }> {
  const words = [script, '--port', '0', '--database', database]
  const child = spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'inherit'] })
  children.push(child)
  for await (const line of createInterface(child.stdout)) {
    const [url] = /http:\S+/.exec(line) ?? []
    if (url) return { url }
  }
  throw new Error('the server ended before it told its address')
}

it('four processes on one file make one rotation of 16 concurrent refreshes', {
  timeout: 30_000,
}, async () => {
  directory = await mkdtemp(join(tmpdir(), 'silent-refresh-'))
  const database = join(directory, 'demo.sqlite')
  // Signed in a minute ago, so that the token is old enough to be exchanged.
  const before = await start({ database, clock: () => Date.now() - minute })
  const { cookie } = await login(before)
  await before.close()
  const servers = await Promise.all(Array.from({ length: 4 }, () => spawnServer(database)))
  const calls = Array.from({ length: 4 }, () =>
    servers.map((server) => post(server, '/auth/refresh', cookie)),
  )
  const answers = await Promise.all(calls.flat())
  expect(answers.map(({ status }) => status)).toEqual(Array(16).fill(200))
  expect(new Set(answers.map(readCookie)).size).toBe(1)
  expect(readCookie(answers[0] as Response)).not.toBe(cookie)
  const events = await eventsOf(await start({ database }))
  expect(events.filter((event) => event === 'refresh_rotated')).toHaveLength(1)
  expect(events.filter((event) => event === 'refresh_replayed')).toHaveLength(15)
})
