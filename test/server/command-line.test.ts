import { execFile } from 'node:child_process'
import { rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it, onTestFinished } from 'vitest'
import { readCommandLine, UsageError } from '../../demo/server/host/command-line.ts'
import { startServer } from '../../demo/server/node.ts'
import { createPbkdf2Hasher } from '../../demo/server/session/passwords.ts'

describe('the command line', () => {
  it('has defaults', () => {
    expect(readCommandLine([], {})).toEqual({
      port: 3000,
      database: expect.stringMatching(/demo.server.demo\.sqlite$/),
      strict: false,
      trustProxy: false,
      rateLimits: true,
      demoUsers: true,
    })
  })

  it('takes port, database and key secret of the environment, unless told otherwise', () => {
    const secret = 'a secret of the environment, 32+'
    const environment = {
      PORT: '8080',
      DATABASE_URL: 'postgres://localhost/app',
      SIGNING_KEY_SECRET: secret,
    }
    expect(readCommandLine([], environment)).toMatchObject({
      port: 8080,
      signingKeySecret: secret,
      database: 'postgres://localhost/app',
    })
    const words = '--port 0 --database :memory:'.split(' ')
    expect(readCommandLine(words, environment)).toMatchObject({ port: 0, database: ':memory:' })
  })

  it('reads every option', () => {
    const times = '--token-lifetime 1.5m --grace 500ms --idle 1d --absolute 2d'
    const flags = '--strict --trust-proxy --no-rate-limits --no-demo-users'
    const rest = '--verification cached --origin https://a.example --origin http://localhost:5173'
    const words = `--port 0 --host 0.0.0.0 --database :memory: ${times} ${flags} ${rest}`.split(' ')
    expect(readCommandLine(words)).toEqual({
      host: '0.0.0.0',
      trustProxy: true,
      rateLimits: false,
      demoUsers: false,
      verification: 'cached',
      origins: ['https://a.example', 'http://localhost:5173'],
      idleLifetime: 86_400_000,
      absoluteLifetime: 172_800_000,
      port: 0,
      database: ':memory:',
      accessTokenLifetime: 90_000,
      gracePeriod: 500,
      strict: true,
    })
  })

  it.each([
    '--port x',
    '--port 65536',
    '--port 1.5',
    '--port=-1',
    '--grace 10',
    '--grace ten',
    '--grace=',
    '--token-lifetime 0s',
    '--token-lifetime 5y',
    '--idle 0d',
    '--verification lax',
    '--origin https://a.example/',
    '--origin a.example',
    '--frobnicate',
    '--port',
    'stray',
  ])('refuses "%s" in one line', (line) => {
    const read = () => readCommandLine(line.split(' '))
    expect(read).toThrow(UsageError)
    expect(read).toThrow(/^[^\n]+$/)
  })
})

// Whole processes: slow on a busy machine, and that is no failure.
describe('npm run server', { timeout: 30_000 }, () => {
  const script = fileURLToPath(new URL('../../demo/server/start.ts', import.meta.url))

  function run(...words: string[]): Promise<{ code: number | null; stderr: string; stdout: string }> {
    return new Promise((resolve) => {
      const child = execFile(process.execPath, [script, ...words], (_error, stdout, stderr) =>
        resolve({ code: child.exitCode, stdout, stderr }),
      )
      // A server that did start prints its users last; then it has shown what we want to see.
      child.stdout?.on('data', (text: string) => text.includes('second@example.com') && child.kill('SIGTERM'))
    })
  }

  it('prints its address and its users, and stops when told', async () => {
    const { code, stdout, stderr } = await run('--port', '0', '--database', ':memory:')
    expect(stderr).toBe('')
    expect(stdout).toMatch(/on http:\/\/localhost:\d+ /)
    expect(stdout).toContain("demo@example.com, password 'correct horse'")
    expect(code).toBe(0)
  })

  it('says in one line that the port is taken', async () => {
    const server = await startServer({ passwords: createPbkdf2Hasher({ iterations: 1 }) })
    onTestFinished(() => server.close())
    const { code, stderr } = await run('--port', String(server.port), '--database', ':memory:')
    expect([code, stderr]).toEqual([1, `Port ${server.port} is taken: choose another with --port\n`])
  })

  it('says in one line what is wrong with an option or the database', async () => {
    const file = join(tmpdir(), `silent-refresh-${process.pid}.txt`)
    onTestFinished(() => rm(file))
    await writeFile(file, 'not a database '.repeat(100))
    for (const words of [
      ['--grace', 'soon'],
      ['--database', file],
      ['--database', join(file, 'none')],
    ]) {
      const { code, stderr } = await run('--port', '0', ...words)
      expect([code, stderr.trim().split('\n').length]).toEqual([1, 1])
    }
  })
})

it('takes an empty variable of the environment for none', () => {
  const { port, database, signingKeySecret } = readCommandLine([], {
    PORT: '',
    DATABASE_URL: '',
    SIGNING_KEY_SECRET: '',
  })
  expect([port, database, signingKeySecret]).toEqual([
    3000,
    expect.stringMatching(/demo\.sqlite$/),
    undefined,
  ])
  expect(() => readCommandLine([], { PORT: 'http' })).toThrow('PORT http')
  expect(() => readCommandLine(['--database', ''], {})).toThrow(UsageError)
})
