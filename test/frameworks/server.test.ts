import { execFile } from 'node:child_process'
import { mkdtemp, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { svelte } from '@sveltejs/vite-plugin-svelte'
import { build } from 'vite'
import solid from 'vite-plugin-solid'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const run = promisify(execFile)
const root = join(import.meta.dirname, '../..')

interface Visit {
  readonly status: number
  readonly token: string | null
  readonly html: Record<string, string>
}

let folder: string
let outcome: { readonly visits: readonly Visit[]; readonly sent: unknown }

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'silent-refresh-frameworks-'))
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'), 'junction')
  await build({
    configFile: false,
    logLevel: 'warn',
    root: import.meta.dirname,
    plugins: [svelte({ configFile: false }), solid({ include: '**/solid/*.tsx', ssr: true })],
    resolve: { alias: { 'silent-refresh': join(root, 'src/index.ts') } },
    build: {
      ssr: join(import.meta.dirname, 'server-page.tsx'),
      outDir: folder,
      emptyOutDir: false,
      target: 'node20',
      rolldownOptions: { output: { entryFileNames: 'server.mjs' } },
    },
  })
  // It has to end by itself: a timer or a channel that the session had opened would keep it.
  const { stdout } = await run(process.execPath, [join(folder, 'server.mjs')], { timeout: 20_000 })
  outcome = JSON.parse(stdout)
}, 60_000)

afterAll(() => rm(folder, { recursive: true, force: true }))

const names = ['react', 'react, streamed', 'vue', 'svelte', 'solid']

describe('a server that renders for two visitors at once, with one session for all', () => {
  it.each(names)('renders what is shown while nobody knows who is there: %s', (name) => {
    for (const { html } of outcome.visits) {
      expect(html[name]).toMatch(/<p[^>]* id="?status"?[^>]*>loading<\/p>/)
      expect(html[name]).not.toContain('Only for you')
      expect(html[name]).not.toContain('Please sign in')
    }
  })

  it.each(names)('renders the same for both, and nothing that is of either: %s', (name) => {
    const [alice = '', bob] = outcome.visits.map(({ html }) => html[name])
    expect(alice).toBe(bob)
    expect(alice).not.toMatch(/alice|bob|token-of|cookie-of|somebody/)
  })

  it('has a token for nobody', () => {
    expect(outcome.visits.map(({ token }) => token)).toEqual([null, null])
  })

  it("sends each visitor's own request as it is, and no other", () => {
    expect(outcome.visits.map(({ status }) => status)).toEqual([200, 200])
    expect(outcome.sent).toEqual(
      ['alice', 'bob'].map((name) => [
        `https://api.test/me?${name}`,
        { headers: { Cookie: `sr_rt=cookie-of-${name}` } },
      ]),
    )
  })
})
