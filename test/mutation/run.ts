import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { argv, execPath, exit } from 'node:process'
import { parseArgs } from 'node:util'
import { readFigures, saveFigures, versionsOf } from '../figures/figures.ts'
import {
  type Counts,
  countsOf,
  improved,
  type MutantFigures,
  type Report,
  scoreOf,
  survivorsOf,
} from './report.ts'

// With files as arguments only those are changed; with `--again` only what the last run has let live, and files that have
// changed since.
const { values, positionals } = parseArgs({
  args: argv.slice(2),
  allowPositionals: true,
  options: {
    server: { type: 'boolean', default: false },
    again: { type: 'boolean', default: false },
    save: { type: 'boolean', default: false },
    concurrency: { type: 'string', default: '2' },
  },
})

const root = new URL('../..', import.meta.url).pathname
const part = values.server ? 'server' : 'src'
const folder = join(tmpdir(), 'silent-refresh-mutants')
const kept = join(folder, `${part}.json`)
mkdirSync(folder, { recursive: true })

interface Choice {
  readonly tests: readonly string[]
  readonly without: readonly string[]
  readonly most: number
  readonly longest: number
}

const config = JSON.parse(readFileSync(join(root, `test/mutation/${part}.config.json`), 'utf8')) as {
  readonly mutate: readonly string[]
  readonly inProcess: Choice
  /** Long random lives, for what all else has let live. */
  readonly lives?: readonly string[]
}

const readReport = (file: string) => JSON.parse(readFileSync(file, 'utf8')) as Report

/** Runs Stryker over these files or places, and reads what it found. */
function stryke(name: string, mutate: readonly string[], choice?: Partial<Choice>): Report {
  if (mutate.length === 0) return { files: {} }
  const report = join(folder, `${part}-${name}.json`)
  const file = join(folder, `${part}-${name}.config.json`)
  const { lives, ...rest } = config
  writeFileSync(
    file,
    JSON.stringify({
      ...rest,
      mutate,
      // What takes its time on a busy machine does not hang.
      ...(choice && { timeoutFactor: 5 }),
      inProcess: { ...config.inProcess, ...choice },
      concurrency: Number(values.concurrency),
      tempDirName: join(folder, `box-${part}-${name}`),
      reporters: ['json', 'progress-append-only'],
      jsonReporter: { fileName: report },
    }),
  )
  const bin = join(root, 'node_modules/@stryker-mutator/core/bin/stryker.js')
  const { status } = spawnSync(execPath, [bin, 'run', file], { cwd: root, stdio: 'inherit' })
  if (status !== 0) exit(status ?? 1)
  return readReport(report)
}

const isAsItWas = (file: string, source: string) =>
  existsSync(join(root, file)) && readFileSync(join(root, file), 'utf8') === source

/** Of the tests that reach a mutant each meets some of every file. */
function begin(): Report {
  if (!values.again) return stryke('first', positionals.length > 0 ? positionals : config.mutate)
  const { files } = readReport(kept)
  const current = Object.entries(files).filter(([file, { source }]) => isAsItWas(file, source))
  const known = new Set(current.map(([file]) => file))
  const changed = [...Object.keys(files), ...positionals].filter(
    (file) => !known.has(file) && existsSync(join(root, file)),
  )
  return improved({ files: Object.fromEntries(current) }, stryke('changed', changed))
}

let report = begin()
const tryAgain = (name: string, choice: Partial<Choice>) => {
  writeFileSync(kept, JSON.stringify(report))
  const places = survivorsOf(report).map(({ place }) => place)
  report = improved(report, stryke(name, places, { most: 0, ...choice }))
}
tryAgain('all', {})
if (config.lives) tryAgain('lives', { tests: config.lives, without: [], longest: 60_000 })
writeFileSync(kept, JSON.stringify(report))

const rooms = countsOf(report)
for (const { file, line, was, is } of survivorsOf(report)) console.log(`${file}:${line}  ${was}  →  ${is}`)
console.table(Object.fromEntries(rooms.map((room) => [room.room, { ...room, score: scoreOf(room) }])))

function savedRooms(): readonly Counts[] {
  try {
    return readFigures<MutantFigures>('mutants').rooms
  } catch {
    return []
  }
}

if (values.save) {
  const names = new Set(rooms.map(({ room }) => room))
  const others = savedRooms().filter(({ room }) => !names.has(room))
  saveFigures<Pick<MutantFigures, 'rooms'>>('mutants', {
    command: 'npm run mutants',
    versions: { node: process.versions.node, ...versionsOf('@stryker-mutator/core') },
    rooms: [...rooms, ...others].sort((a, b) => (a.room < b.room ? -1 : 1)),
  })
}
