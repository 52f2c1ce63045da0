import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { argv, execPath, exit } from 'node:process'
import { parseArgs } from 'node:util'
import { saveFigures, versionsOf } from '../figures/figures.ts'
import { countsOf, type MutantFigures, type Report, scoreOf, sum, survivorsOf } from './report.ts'

// Of the tests that reach a mutant the first run takes some of each file, the second all for what has survived.
const { values, positionals } = parseArgs({
  args: argv.slice(2),
  allowPositionals: true,
  options: {
    server: { type: 'boolean', default: false },
    save: { type: 'boolean', default: false },
    concurrency: { type: 'string', default: '2' },
  },
})

const root = new URL('../..', import.meta.url).pathname
const part = values.server ? 'server' : 'src'
const folder = join(tmpdir(), 'silent-refresh-mutants')
mkdirSync(folder, { recursive: true })

interface Config {
  mutate: string[]
  inProcess: { most: number }
}

/** Runs Stryker over these files or places, and reads what it found. */
function stryke(name: string, mutate: readonly string[], most?: number): Report {
  const config = JSON.parse(readFileSync(join(root, `test/mutation/${part}.config.json`), 'utf8')) as Config
  const report = join(folder, `${name}.json`)
  const file = join(folder, `${name}.config.json`)
  writeFileSync(
    file,
    JSON.stringify({
      ...config,
      mutate: mutate.length > 0 ? mutate : config.mutate,
      inProcess: { ...config.inProcess, most: most ?? config.inProcess.most },
      concurrency: Number(values.concurrency),
      tempDirName: join(folder, `box-${name}`),
      reporters: ['json', 'progress-append-only'],
      jsonReporter: { fileName: report },
    }),
  )
  const bin = join(root, 'node_modules/@stryker-mutator/core/bin/stryker.js')
  const { status } = spawnSync(execPath, [bin, 'run', file], { cwd: root, stdio: 'inherit' })
  if (status !== 0) exit(status ?? 1)
  return JSON.parse(readFileSync(report, 'utf8')) as Report
}

const startedAt = performance.now()
const first = stryke(part, positionals)
const places = survivorsOf(first).map(({ place }) => place)
const second = places.length > 0 ? [stryke(`${part}-survivors`, places, 0)] : []
const rooms = countsOf(first, ...second)

for (const { file, line, was, is } of survivorsOf(first, ...second))
  console.log(`${file}:${line}  ${was}  →  ${is}`)
console.table(Object.fromEntries(rooms.map((room) => [room.room, { ...room, score: scoreOf(room) }])))

if (values.save) {
  const minutes = Math.round((performance.now() - startedAt) / 60_000)
  saveFigures<Omit<MutantFigures, 'date' | 'machine'>>(part === 'src' ? 'mutants' : 'mutants-server', {
    command: part === 'src' ? 'npm run mutants' : 'npm run mutants -- --server',
    versions: {
      node: process.versions.node,
      ...versionsOf('@stryker-mutator/core'),
    },
    minutes,
    rooms,
    total: sum('all', rooms),
  })
}
