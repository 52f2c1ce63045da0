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
  readonly rooms: readonly Counts[]
}

interface Survivor {
  readonly file: string
  readonly line: number
  readonly was: string
  readonly is: string
  /** As Stryker wants to be told where to look again. */
  readonly place: string
}

const keyOf = ({ location, mutatorName, replacement }: Mutant) =>
  JSON.stringify([location, mutatorName, replacement])

/** What is known when some mutants have been tried again: once noticed is noticed, unless the file has changed since. */
export function improved(known: Report, again: Report): Report {
  const files = { ...known.files }
  for (const [file, { source, mutants }] of Object.entries(again.files)) {
    const before = files[file]
    if (before?.source !== source) {
      files[file] = { source, mutants }
      continue
    }
    const tried = new Map(mutants.map((mutant) => [keyOf(mutant), mutant]))
    files[file] = {
      source,
      mutants: before.mutants.map((mutant) =>
        alive.has(mutant.status) ? (tried.get(keyOf(mutant)) ?? mutant) : mutant,
      ),
    }
  }
  return { ...known, files }
}

const alive = new Set(['Survived', 'NoCoverage'])

export function survivorsOf({ files }: Report): Survivor[] {
  const found: Survivor[] = []
  for (const [file, { source, mutants }] of Object.entries(files)) {
    const lines = source.split('\n')
    for (const { status, location, replacement = '' } of mutants) {
      if (!alive.has(status)) continue
      const { start, end } = location
      const line = lines[start.line - 1] ?? ''
      found.push({
        file,
        line: start.line,
        was: line.slice(start.column - 1, start.line === end.line ? end.column - 1 : undefined),
        is: replacement.replace(/\s+/g, ' '),
        place: `${file}:${start.line}:${start.column - 1}-${end.line}:${end.column - 1}`,
      })
    }
  }
  return found
}

/** `src/session`, `demo/server/store`, or a file of its own. */
const roomOf = (file: string) => file.slice(0, file.lastIndexOf('/'))

/** By room, in the order of their names. */
export function countsOf({ files }: Report): Counts[] {
  const statuses = new Map<string, string[]>()
  for (const [file, { mutants }] of Object.entries(files)) {
    const room = roomOf(file)
    statuses.set(room, [...(statuses.get(room) ?? []), ...mutants.map(({ status }) => status)])
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
