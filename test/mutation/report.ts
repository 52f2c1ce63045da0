import type { Figures } from '../figures/figures.ts'

interface Position {
  readonly line: number
  readonly column: number
}

interface Mutant {
  readonly location: { readonly start: Position; readonly end: Position }
  readonly replacement?: string
  readonly mutatorName: string
  readonly status: string
}

/** What is used of Stryker's JSON report. */
export interface Report {
  readonly files: Readonly<Record<string, { readonly source: string; readonly mutants: readonly Mutant[] }>>
}

export interface Counts {
  readonly room: string
  readonly killed: number
  readonly timeout: number
  readonly survived: number
  readonly noCoverage: number
  /** Only run when a file is loaded: not tried. */
  readonly static: number
}

export interface MutantFigures extends Figures {
  readonly minutes: number
  readonly rooms: readonly Counts[]
  readonly total: Counts
}

interface Survivor {
  readonly file: string
  readonly line: number
  readonly was: string
  readonly is: string
  /** As Stryker wants to be told where to look again. */
  readonly place: string
}

const keyOf = (file: string, { location, mutatorName, replacement }: Mutant) =>
  JSON.stringify([file, location, mutatorName, replacement])

/** Later runs know better about what the first has let live. */
function* merged(first: Report, later: readonly Report[]): Generator<[file: string, mutant: Mutant]> {
  const again = new Map<string, Mutant>()
  for (const report of later)
    for (const [file, { mutants }] of Object.entries(report.files))
      for (const mutant of mutants)
        if (again.get(keyOf(file, mutant))?.status !== 'Killed') again.set(keyOf(file, mutant), mutant)
  for (const [file, { mutants }] of Object.entries(first.files)) {
    for (const mutant of mutants) {
      yield [file, (mutant.status !== 'Killed' && again.get(keyOf(file, mutant))) || mutant]
    }
  }
}

const alive = new Set(['Survived', 'NoCoverage'])

export function survivorsOf(first: Report, ...later: readonly Report[]): Survivor[] {
  const found: Survivor[] = []
  for (const [file, mutant] of merged(first, later)) {
    if (!alive.has(mutant.status)) continue
    const { start, end } = mutant.location
    const line = first.files[file]?.source.split('\n')[start.line - 1] ?? ''
    found.push({
      file,
      line: start.line,
      was: line.slice(start.column - 1, start.line === end.line ? end.column - 1 : undefined),
      is: (mutant.replacement ?? '').replace(/\s+/g, ' '),
      place: `${file}:${start.line}:${start.column - 1}-${end.line}:${end.column - 1}`,
    })
  }
  return found
}

/** `src/session`, `demo/server/store`, or a file of its own. */
const roomOf = (file: string) => file.slice(0, file.lastIndexOf('/'))

/** By room, in the order of their names. */
export function countsOf(first: Report, ...later: readonly Report[]): Counts[] {
  const statuses = new Map<string, string[]>()
  for (const [file, { status }] of merged(first, later)) {
    const room = roomOf(file)
    statuses.set(room, [...(statuses.get(room) ?? []), status])
  }
  return [...statuses].sort().map(([room, all]) => {
    const count = (...wanted: string[]) => all.filter((status) => wanted.includes(status)).length
    return {
      room,
      // A mutant that ends the process of the tests is noticed, too.
      killed: count('Killed', 'RuntimeError'),
      timeout: count('Timeout'),
      survived: count('Survived'),
      noCoverage: count('NoCoverage'),
      static: count('Ignored'),
    }
  })
}

export function sum(room: string, rooms: readonly Counts[]): Counts {
  const of = (key: Exclude<keyof Counts, 'room'>) => rooms.reduce((total, counts) => total + counts[key], 0)
  return {
    room,
    killed: of('killed'),
    timeout: of('timeout'),
    survived: of('survived'),
    noCoverage: of('noCoverage'),
    static: of('static'),
  }
}

/** Per cent, down to a tenth: 94.96 is not 95. */
export function scoreOf({ killed, timeout, survived, noCoverage }: Counts): string {
  const found = killed + timeout
  return ((Math.floor((1000 * found) / (found + survived + noCoverage)) || 0) / 10).toFixed(1)
}
