import { circumstances, type Figures } from './figures.ts'

export interface Cell {
  readonly result: 'pass' | 'fail' | 'not possible'
  /** What has been counted. */
  readonly figure?: string
  /** Why it fails or is not possible. */
  readonly note?: string
}

export interface CompareFigures extends Figures {
  /** The version of the browser. */
  readonly chromium: string
  readonly libraries: readonly {
    readonly name: string
    readonly title: string
    readonly package?: string
    readonly mapped: string
    readonly passed: number
    readonly possible: number
  }[]
  readonly scenarios: readonly {
    readonly name: string
    readonly title: string
    readonly group: string
    /** By the names of the libraries. */
    readonly cells: Readonly<Record<string, Cell>>
  }[]
}

export function countPasses(cells: readonly Cell[]): { passed: number; possible: number } {
  const possible = cells.filter(({ result }) => result !== 'not possible')
  return { passed: possible.filter(({ result }) => result === 'pass').length, possible: possible.length }
}

const signs = { pass: '✓', fail: '✗', 'not possible': '–' } as const

const row = (cells: readonly string[]) => `| ${cells.join(' | ')} |`

type Library = CompareFigures['libraries'][number]

/** Of the results with a note, the notes, each with the scenarios it is for. */
function explain({ name }: Library, { scenarios }: CompareFigures, result: Cell['result']): string {
  const reasons = new Map<string, string[]>()
  for (const scenario of scenarios) {
    const cell = scenario.cells[name]
    if (cell?.result !== result || !cell.note) continue
    reasons.set(cell.note, [...(reasons.get(cell.note) ?? []), scenario.name])
  }
  return [...reasons].map(([note, names]) => `${note} (${names.join(', ')})`).join('; ')
}

function describe(library: Library, figures: CompareFigures): string {
  const [fails, lacks] = [explain(library, figures, 'fail'), explain(library, figures, 'not possible')]
  return [`- **${library.title}**: ${library.mapped}.`, fails && `✗ ${fails}.`, lacks && `– ${lacks}.`]
    .filter(Boolean)
    .join(' ')
}

/** The block of the README. */
export function compareTable(figures: CompareFigures): string {
  const { libraries, scenarios, versions, chromium } = figures
  // Narrow columns: a name breaks at its hyphens and blanks.
  const heads = libraries.map(({ title, package: name }) => {
    const words = title.replaceAll('-', '-<br>').replaceAll(' ', '<br>')
    return name ? `${words}<br>${versions[name]}` : words
  })
  const rows: string[] = []
  let group = ''
  for (const { group: own, name, title, cells } of scenarios) {
    if (own !== group) rows.push(row([`**${own}**`, ...libraries.map(() => '')]))
    group = own
    const results = libraries.map((library) => signs[cells[library.name]?.result ?? 'not possible'])
    rows.push(row([`${title} <sub>${name}</sub>`, ...results]))
  }
  const totals = libraries.map(({ passed, possible }) => `**${passed}**/${possible}`)
  return [
    row(['', ...heads]),
    row(['---', ...libraries.map(() => ':-:')]),
    ...rows,
    row(['**passed / possible**', ...totals]),
    '',
    '✓ passed, ✗ failed; – not possible, as the library has no notion of it by its own documentation: not counted.',
    'Each is set up as its own documentation has it, at its best, against the reference backend, in Chromium ' +
      `${chromium}: ${circumstances(figures)}`,
    '',
    '<details><summary>How each is set up, and why it fails</summary>',
    '',
    ...libraries.map((library) => describe(library, figures)),
    '',
    '</details>',
  ].join('\n')
}
