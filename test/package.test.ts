import { execFile } from 'node:child_process'
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const run = promisify(execFile)
const root = join(import.meta.dirname, '..')
// On Windows npm is a script that only a shell can start.
const npm = (...args: string[]) => run('npm', args, { cwd: root, shell: process.platform === 'win32' })

/** A folder of a stranger's, with the packed package and what it depends on, but without axios. */
let stranger: string
let packed: string[]

beforeAll(async () => {
  stranger = await mkdtemp(join(tmpdir(), 'silent-refresh-package-'))
  const { stdout } = await npm('pack', '--json', '--ignore-scripts', '--pack-destination', stranger)
  const [{ filename, files }] = JSON.parse(stdout) as [{ filename: string; files: { path: string }[] }]
  packed = files.map(({ path }) => path)
  await writeFile(join(stranger, 'package.json'), '{ "type": "module" }')
  await run('tar', ['-xzf', join(stranger, filename), '-C', stranger])
  await cp(join(stranger, 'package'), join(stranger, 'node_modules/silent-refresh'), { recursive: true })
  await cp(join(root, 'node_modules/jwt-decode'), join(stranger, 'node_modules/jwt-decode'), {
    recursive: true,
  })
}, 60_000)

afterAll(() => rm(stranger, { recursive: true, force: true }))

async function runThere(code: string): Promise<unknown> {
  const script = join(stranger, 'script.mjs')
  await writeFile(script, code)
  const { stdout } = await run(process.execPath, [script], { cwd: stranger })
  return JSON.parse(stdout)
}

describe('the package', () => {
  it('holds what is needed and nothing else', () => {
    const kinds = packed.map((path) => path.replace(/^dist\/types\/.*\.d\.ts$/, 'declarations'))
    expect(new Set(kinds)).toEqual(
      new Set([
        'CHANGELOG.md',
        'LICENSE',
        'README.md',
        'package.json',
        'declarations',
        'dist/fetch.js',
        'dist/index.js',
        'dist/session.js',
      ]),
    )
  })

  it('works through its fetch entry where axios is not installed', async () => {
    const outcome = await runThere(`
      import { createFetch, createSession } from 'silent-refresh/fetch'
      const session = createSession({ refresh: '/auth/refresh' })
      const send = createFetch(session, { fetch: async () => new Response('sent') })
      const axios = await import('axios').then(() => true, () => false)
      console.log(JSON.stringify({ body: await (await send('/api/me')).text(), axios, ...session.getSnapshot() }))
    `)
    expect(outcome).toMatchObject({ body: 'sent', axios: false, status: 'loading' })
  })

  it('does nothing when it is imported', async () => {
    const outcome = await runThere(`
      const before = Reflect.ownKeys(globalThis)
      const fetchBefore = globalThis.fetch
      await import('silent-refresh/fetch')
      console.log(JSON.stringify({
        added: Reflect.ownKeys(globalThis).filter((key) => !before.includes(key)).map(String),
        isPatched: globalThis.fetch !== fetchBefore,
        timers: process.getActiveResourcesInfo().filter((name) => name === 'Timeout'),
      }))
    `)
    expect(outcome).toEqual({ added: [], isPatched: false, timers: [] })
  })

  it('has no code that a strict content security policy forbids, no sessionStorage and no mock', async () => {
    const bundles = await Promise.all(
      ['fetch', 'index', 'session'].map((name) => readFile(join(root, `dist/${name}.js`), 'utf8')),
    )
    expect(bundles.join('\n')).not.toMatch(/\beval\(|new Function|sessionStorage|msw|ServiceWorker/)
  })

  it.each([
    ['nodenext', ['--module', 'nodenext']],
    ['bundler', ['--module', 'esnext', '--moduleResolution', 'bundler']],
  ])(
    'is typed for consumers who resolve modules by %s',
    async (_, flags) => {
      const tsc = join(root, 'node_modules/typescript/bin/tsc')
      const args = [tsc, '-p', join(root, 'test/consumer'), ...flags]
      const { stdout } = await run(process.execPath, args, { cwd: root }).catch(
        (error: { stdout: string }) => error,
      )
      expect(stdout).toBe('')
    },
    60_000,
  )
})
