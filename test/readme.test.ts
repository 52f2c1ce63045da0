import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const run = promisify(execFile)
const root = join(import.meta.dirname, '..')
const readme = await readFile(join(root, 'README.md'), 'utf8')
const samples = [...readme.matchAll(/^```ts\n([\s\S]*?)^```/gm)].map(([, code = '']) => code)
const packageJson = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { scripts: object }

interface Lock {
  packages: Record<string, { version: string } | undefined>
}

/** What goes by another name on the registry. */
const packages: Record<string, string> = {
  'RTK Query': '@reduxjs/toolkit',
  'TanStack Query': '@tanstack/query-core',
  SWR: 'swr',
  'Apollo Client': '@apollo/client',
  urql: '@urql/core',
}
/** Not installed: what it has made is kept. */
const generated: Record<string, string> = { 'swagger-typescript-api (axios)': '13.13.0' }

/** What a sample may take for granted: the reader's own app, and what the samples above it have made. */
const surroundings = `
declare global {
  var process: { exit(): void } | undefined
  var login: (email: string, password: string) => Promise<{ access_token: string }>
  var email: string, password: string, bareToken: string
  var existingInstance: import('axios').AxiosInstance
  var createSession: typeof import('silent-refresh').createSession
  var session: import('silent-refresh').Session
  var api: import('axios').AxiosInstance
  var apiFetch: import('silent-refresh').SilentFetch
  var sdk: { renew(): Promise<{ token: string; validFor: number }> }
  var showLogin: () => void
  var showOffline: (retryAt: number | undefined) => void
}
export {}
`

/** A page, a server and the reader's app, as far as the samples need them. */
const stage = `
import axios from 'axios'
import { createAxios, createFetch, createSession } from 'silent-refresh'
const page = new EventTarget()
Object.assign(page, { visibilityState: 'visible', baseURI: 'http://app.test/', cookie: '' })
globalThis.document = page
globalThis.window = new EventTarget()
globalThis.location = { origin: 'http://app.test', host: 'app.test' }
const answer = () => Response.json({ access_token: 'token', expires_in: 900 })
globalThis.fetch = async () => answer()
axios.defaults.adapter = async (config) => {
  return { data: await answer().text(), status: 200, statusText: 'OK', headers: {}, config }
}
Object.assign(globalThis, {
  login: async () => ({ access_token: 'token' }),
  email: 'me@example.com',
  password: 'secret',
  bareToken: 'token',
  existingInstance: axios.create(),
  sdk: { renew: async () => ({ token: 'token', validFor: 900000 }) },
  showLogin() {},
  showOffline() {},
})
const session = createSession({ refresh: '/auth/refresh' })
Object.assign(globalThis, { createSession, session, api: createAxios(session), apiFetch: createFetch(session) })
`

/** A page stays open, and so would its timers. */
const leave = 'globalThis.process?.exit()\n'

let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'silent-refresh-readme-'))
  const modules = join(folder, 'node_modules')
  await mkdir(modules)
  await symlink(root, join(modules, 'silent-refresh'), 'junction')
  await symlink(join(root, 'node_modules/axios'), join(modules, 'axios'), 'junction')
  await writeFile(join(folder, 'package.json'), '{ "type": "module" }')
  await writeFile(join(folder, 'surroundings.d.ts'), surroundings)
  await writeFile(join(folder, 'stage.js'), stage)
  await Promise.all(
    samples.map((code, index) =>
      writeFile(join(folder, `sample-${index}.ts`), `${code}\nexport {}\n${leave}`),
    ),
  )
}, 60_000)

afterAll(() => rm(folder, { recursive: true, force: true }))

describe('the README', () => {
  it('quotes the lines for other libraries from the tests that run them, with the versions of the lock file', async () => {
    const folder = join(root, 'test/interop')
    const tests = (await readdir(folder)).filter((file) => file.endsWith('.test.ts'))
    const code = (await Promise.all(tests.map((file) => readFile(join(folder, file), 'utf8')))).join('\n')
    const rows = [...readme.matchAll(/^\| ([\w.\- ()]+) \| (\d+\.\d+\.\d+) \| `(.+)` \|$/gm)]
    expect(rows.length).toBeGreaterThan(15)
    expect(rows.filter(([, , , line = '']) => !code.includes(line)).map(([row]) => row)).toEqual([])
    const lock = JSON.parse(await readFile(join(root, 'package-lock.json'), 'utf8')) as Lock
    for (const [, name = '', version] of rows) {
      const locked = lock.packages[`node_modules/${packages[name] ?? name}`]?.version ?? generated[name]
      expect([name, version]).toEqual([name, locked])
    }
  })

  it('quotes its recipes for frameworks from the pages that run them', async () => {
    const folder = join(root, 'demo/frameworks')
    const files = (await readdir(folder, { recursive: true })).filter((file) => /\.tsx?$/.test(file))
    const code = (await Promise.all(files.map((file) => readFile(join(folder, file), 'utf8')))).join('\n')
    const guide = await readFile(join(folder, 'README.md'), 'utf8')
    const recipes = [...(readme + guide).matchAll(/^```typescript\n([\s\S]*?)^```/gm)].map(
      ([, recipe = '']) => recipe,
    )
    expect(recipes.length).toBeGreaterThan(12)
    expect(recipes.filter((recipe) => !code.includes(recipe))).toEqual([])
  })

  it('quotes its samples of tests from tests that run', async () => {
    const folder = join(root, 'test/testing')
    const names = (await readdir(folder)).filter((name) => name.startsWith('readme-'))
    const tests = await Promise.all(names.map((name) => readFile(join(folder, name), 'utf8')))
    const quoted = [...readme.matchAll(/^```ts test\n([\s\S]*?)^```/gm)].map(([, test = '']) => test)
    expect(quoted.length).toBe(3)
    expect(quoted.toSorted()).toEqual(tests.toSorted())
  })

  it('leads nowhere that is not there', async () => {
    const links = [...readme.matchAll(/\]\(([^)]+)\)/g)].map(([, link = '']) => link)
    const anchors = [...readme.matchAll(/^#+ (.+)$/gm)].map(([, title = '']) =>
      title
        .toLowerCase()
        .replace(/[^\w\- ]/g, '')
        .replaceAll(' ', '-'),
    )
    const missing = links.filter((link) =>
      link.startsWith('#') ? !anchors.includes(link.slice(1)) : !existsSync(join(root, link)),
    )
    expect(missing).toEqual([])
  })

  it('has samples', () => {
    expect(samples.length).toBeGreaterThan(8)
  })

  it('shows code that compiles', async () => {
    const tsc = join(root, 'node_modules/typescript/bin/tsc')
    const flags = '--noEmit --strict --module nodenext --target es2022 --lib es2022,dom --types'.split(' ')
    const files = ['surroundings.d.ts', ...samples.map((_, index) => `sample-${index}.ts`)]
    const outcome = await run(process.execPath, [tsc, ...flags, '', ...files], { cwd: folder }).catch(
      (error: { stdout: string }) => error,
    )
    expect(outcome.stdout).toBe('')
  }, 60_000)

  it.each(samples.map((code, index) => [code.trim().split('\n')[0] ?? '', index] as const))(
    'shows code that runs: %s',
    async (_, index) => {
      const args = ['--import', './stage.js', `sample-${index}.ts`]
      const { stderr } = await run(process.execPath, args, { cwd: folder })
      expect(stderr).toBe('')
    },
    20_000,
  )

  it('names only scripts that exist', () => {
    const named = [...readme.matchAll(/npm run ([\w:]+)/g)].map(([, name]) => name)
    expect(Object.keys(packageJson.scripts)).toEqual(expect.arrayContaining(named))
  })

  it('gives a stranger the two commands on its first screen', () => {
    const firstScreen = readme.split('\n').slice(0, 30)
    expect(firstScreen).toContain('npm ci && npm run demo')
    expect(firstScreen).toContain('npm ci && npm test')
  })
})
