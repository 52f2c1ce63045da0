import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'

const script = fileURLToPath(new URL('../../demo/start.ts', import.meta.url))
let page: string

beforeAll(async () => {
  page = await mkdtemp(join(tmpdir(), 'silent-refresh-demo-'))
  await writeFile(join(page, 'index.html'), '<!doctype html><title>built</title>')
  await writeFile(join(page, 'hosting.json'), '{ "backend": "page" }')
})

afterAll(() => rm(page, { recursive: true, force: true }))

function run(...words: string[]) {
  const child = spawn(process.execPath, [script, ...words], { stdio: ['ignore', 'pipe', 'pipe'] })
  onTestFinished(() => void child.kill('SIGKILL'))
  return child
}

/** Starts it on the built page; resolves with the lines it prints, once it listens. */
async function start(...words: string[]): Promise<{ child: ChildProcess; url: string; lines: string[] }> {
  const child = run('--page', page, '--port', '0', ...words)
  const lines: string[] = []
  for await (const line of createInterface(child.stdout)) {
    lines.push(line)
    if (lines.length === 2) break
  }
  const url = /http:\S+/.exec(lines[0] ?? '')?.[0]
  if (!url) throw new Error(`it did not start: ${await text(child.stderr)}`)
  return { child, url, lines }
}

/** Runs it to its end; everything it says is about what is wrong. */
async function fail(...words: string[]) {
  const child = run(...words)
  const [output, error, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'exit'),
  ])
  return { code, output, error }
}

async function listenAnywhere(host: string): Promise<number> {
  const server = createServer()
  onTestFinished(() => void server.close())
  server.listen(0, host)
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}

describe('npm run demo', { timeout: 20_000 }, () => {
  it('says where the page is, and that its backend is a mock inside it', async () => {
    const { url, lines } = await start()
    expect(url).toMatch(/^http:\/\/localhost:\d+$/)
    expect(lines[1]).toContain('mock inside the page')
    expect(await (await fetch(`${url}/`)).text()).toContain('built')
    expect(await (await fetch(`${url}/hosting.json`)).json()).toEqual({ backend: 'page' })
    expect((await fetch(`${url}/auth/refresh`, { method: 'POST' })).status).toBe(404)
  })

  it('serves page and backend from one origin with --server, and a cookie that no script can read', async () => {
    const { url, lines } = await start('--server')
    expect(lines[1]).toContain('Node server')
    expect(await (await fetch(`${url}/`)).text()).toContain('built')
    expect(await (await fetch(`${url}/hosting.json`)).json()).toEqual({ backend: 'server' })
    const response = await fetch(`${url}/auth/login`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', 'X-Silent-Refresh': '1', Origin: url },
      body: JSON.stringify({ email: 'demo@example.com', password: 'correct horse' }),
    })
    expect(response.status).toBe(200)
    expect(response.headers.getSetCookie()).toContainEqual(expect.stringMatching(/^sr_rt=.+HttpOnly/))
  })

  it.skipIf(process.platform === 'win32').each([[[]], [['--server']]])(
    'ends without an error when it is told to %j',
    async (words) => {
      const { child } = await start(...words)
      const ended = once(child, 'exit')
      child.kill('SIGTERM')
      expect(await ended).toEqual([0, null])
    },
  )

  it.each([[[]], [['--server']]])('says that the port is taken %j', async (words) => {
    const port = await listenAnywhere('127.0.0.1')
    expect(await fail('--page', page, '--port', String(port), ...words)).toEqual({
      code: 1,
      output: '',
      error: `Port ${port} is taken: choose another with --port\n`,
    })
  })

  it('says that the page has not been built', async () => {
    const { code, error } = await fail('--page', join(page, 'nowhere'))
    expect(code).toBe(1)
    expect(error).toMatch(/^No built page in .*nowhere: run `npm run demo`, which builds it first\n$/)
  })

  it.each([
    [['--frobnicate'], "Unknown option '--frobnicate'"],
    [['--port', 'http'], '--port http: not a port'],
    [['--port', '65536'], '--port 65536: not a port'],
    [['--port'], "Option '--port <value>' argument missing"],
    [['server'], "Unexpected argument 'server'"],
  ])('says in one line what is wrong with %j', async (words, reason) => {
    const { code, error } = await fail(...words)
    expect(code).toBe(1)
    expect(error).toContain(reason)
    expect(error.trimEnd().split('\n')).toHaveLength(1)
  })
})
