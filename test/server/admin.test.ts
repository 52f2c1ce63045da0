import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it, onTestFinished } from 'vitest'
import { minute } from './backend.ts'
import { login, me, post, start } from './server.ts'

const script = fileURLToPath(new URL('../../demo/server/admin.ts', import.meta.url))

function run(...words: string[]): Promise<{ code: number | null; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [script, ...words], (_error, stdout, stderr) =>
      resolve({ code: child.exitCode, stdout, stderr }),
    )
  })
}

// Whole processes: slow on a busy machine, and that is no failure.
it('an administrator disables a user beside a running server, and reads what happened', {
  timeout: 30_000,
}, async () => {
  const directory = await mkdtemp(join(tmpdir(), 'silent-refresh-'))
  const database = join(directory, 'demo.sqlite')
  onTestFinished(() => rm(directory, { recursive: true }))
  const server = await start({ database })
  const { cookie, body } = await login(server)

  const disabled = await run('disable', 'Demo@Example.com', '--database', database)
  expect(disabled).toMatchObject({ code: 0, stderr: '' })
  expect((await me(server, body.access_token)).status).toBe(401)
  expect((await post(server, '/auth/refresh', cookie)).status).toBe(401)
  const credentials = { email: 'demo@example.com', password: 'correct horse' }
  expect((await post(server, '/auth/login', '', credentials)).status).toBe(403)

  expect(await run('enable', 'demo@example.com', '--database', database)).toMatchObject({ code: 0 })
  expect((await post(server, '/auth/refresh', cookie)).status).toBe(401)
  expect((await post(server, '/auth/login', '', credentials)).status).toBe(200)

  expect(await run('rotate-keys', '--database', database)).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('published for minutes only'),
  })
  expect(await run('replace-keys', '--database', database)).toMatchObject({ code: 0 })
  const { stdout } = await run('audit', '--database', database)
  const events = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line).event)
  expect(events).toEqual([
    'login_succeeded',
    'user_disabled',
    'login_failed',
    'user_enabled',
    'login_succeeded',
    'key_rotated',
  ])
})

it('an administrator rotates keys that everybody knows by now', { timeout: 30_000 }, async () => {
  const directory = await mkdtemp(join(tmpdir(), 'silent-refresh-'))
  const database = join(directory, 'demo.sqlite')
  onTestFinished(() => rm(directory, { recursive: true }))
  const server = await start({ database, clock: () => Date.now() - 60 * minute })
  await server.close()
  expect(await run('rotate-keys', '--database', database)).toMatchObject({ code: 0, stderr: '' })
  const { stdout } = await run('audit', '--last', '1', '--database', database)
  expect(JSON.parse(stdout)).toMatchObject({ event: 'key_rotated' })
})

it('an administrator who mistypes the database makes no new one', { timeout: 30_000 }, async () => {
  const database = join(tmpdir(), `silent-refresh-${crypto.randomUUID()}.sqlite`)
  expect(await run('audit', '--database', database)).toMatchObject({
    code: 1,
    stderr: `There is no database ${database}\n`,
  })
  expect(existsSync(database)).toBe(false)
})

it.each([['nonsense'], ['disable'], ['disable', 'a', 'b'], ['toString'], ['audit', '--frob']])(
  'says what there is when asked for "%s %s"',
  async (...words) => {
    const { code, stderr } = await run(...words)
    expect([code, stderr.split('\n')[0]]).toEqual([1, expect.stringContaining('npm run server:admin')])
  },
)
