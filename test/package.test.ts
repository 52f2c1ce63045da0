import { execFile } from 'node:child_process'
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { homedir, hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { rolldown } from 'rolldown'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const run = promisify(execFile)
const root = join(import.meta.dirname, '..')
// On Windows npm is a script that only a shell can start.
const npm = (...args: string[]) => run('npm', args, { cwd: root, shell: process.platform === 'win32' })

const entries = ['index', 'fetch', 'presets', 'testing', 'debug']
const compilers = ['typescript', 'typescript-5.9']
const resolutions = [
  ['nodenext', ['--module', 'nodenext']],
  ['bundler', ['--module', 'esnext', '--moduleResolution', 'bundler']],
] as const

/** What a bundler keeps of a stranger's code, axios and all. */
async function bundledModules(code: string): Promise<string[]> {
  const bundle = await rolldown({
    input: 'stranger',
    logLevel: 'silent',
    plugins: [
      {
        name: 'stranger',
        resolveId: (id, importer) =>
          id === 'stranger' ? join(root, 'stranger.js') : importer ? undefined : null,
        load: (id) => (id === join(root, 'stranger.js') ? code : null),
      },
    ],
  })
  const { output } = await bundle.generate({ format: 'es' })
  return output.flatMap((chunk) =>
    'modules' in chunk
      ? Object.entries(chunk.modules)
          .filter(([, { renderedLength }]) => renderedLength > 0)
          .map(([id]) => id.replace(root, ''))
      : [],
  )
}

/** A folder of a stranger's, with the packed package and what it depends on, but without axios. */
let stranger: string
let packed: string[]

const readPacked = (path: string) => readFile(join(stranger, 'package', path), 'utf8')

/** Comments may say what code may not do. */
const withoutComments = (code: string) => code.replaceAll(/\/\*[\s\S]*?\*\/|(?<=^|\s)\/\/.*$/gm, '')

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
        'dist/debug.js',
        'dist/fetch.js',
        'dist/index.js',
        'dist/presets.js',
        'dist/session.js',
        'dist/testing.js',
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
      ['debug', 'fetch', 'index', 'presets', 'session'].map((name) =>
        readFile(join(root, `dist/${name}.js`), 'utf8'),
      ),
    )
    expect(bundles.join('\n')).not.toMatch(/\beval\(|new Function|sessionStorage|msw|ServiceWorker/)
  })

  it('makes no code and no markup of texts, loads nothing later and prints nothing but by its debug entry', async () => {
    const scripts = packed.filter((path) => path.endsWith('.js'))
    expect(scripts).toHaveLength(6)
    const forbidden =
      /\beval\b|\bFunction\(|\bimport\(|(?:inner|outer)HTML|insertAdjacentHTML|document\.write|srcdoc|\bconsole\b|\bdebugger\b/
    const found = await Promise.all(
      scripts.map(async (path) => [path, withoutComments(await readPacked(path)).match(forbidden)?.[0]]),
    )
    expect(found.filter(([, word]) => word)).toEqual([['dist/debug.js', 'console']])
  })

  it('tells nothing of the machine that built it, and refers to no source map', async () => {
    const texts = await Promise.all(packed.map(readPacked))
    const traces = [root, homedir(), tmpdir(), hostname(), 'sourceMappingURL', 'file://']
    const found = traces.filter((trace) => trace.length > 4 && texts.some((text) => text.includes(trace)))
    expect(found).toEqual([])
  })

  it('depends on jwt-decode alone, and runs nothing where it is installed', async () => {
    const manifest = JSON.parse(await readPacked('package.json')) as Record<string, Record<string, string>>
    expect(Object.keys(manifest.dependencies ?? {})).toEqual(['jwt-decode'])
    expect(Object.keys(manifest.peerDependencies ?? {})).toEqual(['axios'])
    const others = ['optionalDependencies', 'bundleDependencies', 'bundledDependencies', 'bin', 'gypfile']
    expect(others.filter((field) => field in manifest)).toEqual([])
    const atInstall = ['preinstall', 'install', 'postinstall', 'prepare', 'preprepare', 'postprepare']
    expect(atInstall.filter((script) => script in (manifest.scripts ?? {}))).toEqual([])
    const decoder = JSON.parse(
      await readFile(join(root, 'node_modules/jwt-decode/package.json'), 'utf8'),
    ) as object
    expect(decoder).not.toHaveProperty('dependencies')
    expect(decoder).not.toHaveProperty('scripts.postinstall')
  })

  it.each(
    compilers.flatMap((compiler) => resolutions.map(([name, flags]) => [compiler, name, flags] as const)),
  )(
    'is typed for consumers with %s who resolve modules by %s',
    async (compiler, _, flags) => {
      const tsc = join(root, 'node_modules', compiler, 'bin/tsc')
      const args = [tsc, '-p', join(root, 'test/consumer'), ...flags]
      const { stdout } = await run(process.execPath, args, { cwd: root }).catch(
        (error: { stdout: string }) => error,
      )
      expect(stdout).toBe('')
    },
    60_000,
  )

  it('has nothing to offer that such a consumer has not used', async () => {
    const used = (
      await Promise.all(
        ['uses', 'extras'].map((file) => readFile(join(root, `test/consumer/${file}.ts`), 'utf8')),
      )
    ).join('\n')
    const unused = await Promise.all(
      entries.map(async (entry) => {
        const declarations = await readFile(join(root, `src/${entry}.ts`), 'utf8')
        const names = [...declarations.matchAll(/^export (?:type )?\{([^}]*)\}/gm)].flatMap(([, list = '']) =>
          list.split(',').map((name) => name.replace('type ', '').trim()),
        )
        expect(names.length).toBeGreaterThan(0)
        return names.filter((name) => name && !new RegExp(`\\b${name}\\b`).test(used))
      }),
    )
    expect(unused.flat()).toEqual([])
  })

  it.each([
    ['silent-refresh', 'createSession, createFetch'],
    ['silent-refresh/fetch', 'createSession, createFetch'],
    ['silent-refresh/presets', 'directus'],
  ])('gives a bundler that takes from %s only %s nothing else', async (entry, names) => {
    const code = `import { ${names} } from '${entry}'\nconsole.log(${names})`
    const inBundle = await bundledModules(code)
    expect(inBundle.filter((id) => /axios|testing|debug/.test(id))).toEqual([])
    expect(inBundle.some((id) => id.includes('presets'))).toBe(entry.endsWith('presets'))
  })
})
