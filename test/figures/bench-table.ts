import { circumstances, type Figures } from './figures.ts'

interface Cost {
  readonly name: string
  readonly microseconds: number
  readonly ratio: number
  readonly low: number
  readonly high: number
}

type Costs = Readonly<Record<string, readonly Cost[]>>

export interface BenchFigures extends Figures {
  /** Over a stub transport, by the kind of call. */
  readonly onAxios: Costs
  readonly onFetch: Costs
  /** Over HTTP on the same machine: by the clock on the wall, and by the processor time of the calling thread. */
  readonly loopback: Costs
  readonly loopbackProcessor: Costs
  readonly subscribers: readonly Cost[]
  readonly drain: readonly {
    readonly requests: number
    readonly milliseconds: number
    readonly microsecondsEach: number
    readonly heap: number
  }[]
  readonly heap: Readonly<
    Record<string, { readonly calls: number; readonly before: number; readonly after: number }>
  >
  readonly coldStart: readonly {
    readonly name: string
    readonly milliseconds: number
    readonly ratio: number
    readonly low: number
    readonly high: number
  }[]
  /** Per call, by its kind; null where the machine has no counters. */
  readonly instructions: Readonly<Record<string, number>> | null
}

const row = (cells: readonly string[]) => `| ${cells.join(' | ')} |`

function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  return [row(heads), row(heads.map((_, index) => (index ? '--:' : '---'))), ...rows.map(row)].join('\n')
}

const times = ({ ratio, low, high }: Pick<Cost, 'ratio' | 'low' | 'high'>) =>
  `${ratio.toFixed(2)}× <sub>${low.toFixed(2)}–${high.toFixed(2)}</sub>`

const number = (value: number) => value.toLocaleString('en-US')

/** One row for each contender, one column for each kind of call. */
function raceTable(costs: Costs, packages: Figures['versions']): string {
  const kinds = Object.keys(costs)
  const [first = []] = Object.values(costs)
  const rows = first.map(({ name }, index) => {
    const version = packages[name] ? `${name} ${packages[name]}` : name
    const cells = kinds.map((kind) => {
      const cost = costs[kind]?.[index]
      if (!cost) return '–'
      return index ? times(cost) : `${cost.microseconds.toFixed(1)} µs`
    })
    return [version, ...cells]
  })
  return table(['', ...kinds], rows)
}

/** One row for each kind of call: the bare one, and ours beside it. */
function pairTable({ loopback, loopbackProcessor }: BenchFigures): string {
  const rows = Object.entries(loopback).map(([kind, [bare, ours]]) => {
    const [, processor] = loopbackProcessor[kind] ?? []
    return [
      kind,
      `${bare?.microseconds.toFixed(0)} µs`,
      ours ? times(ours) : '–',
      processor ? times(processor) : '–',
    ]
  })
  return table(['', 'bare', 'with a session', 'processor time'], rows)
}

function instructionsLine({ instructions }: BenchFigures): string {
  if (!instructions)
    return 'Instructions per call: not counted, as the machine gives no access to its counters.'
  const list = Object.entries(instructions).map(([kind, count]) => `${kind} ${number(count)}`)
  return `Instructions per get: ${list.join('; ')}.`
}

/** The block of the README. */
export function benchTable(figures: BenchFigures): string {
  const { versions, onAxios, onFetch, subscribers, drain, heap, coldStart } = figures
  return [
    'A call with a valid token, over a stub that does no more than make the `Request` and the `Response`; with axios, all that axios ' +
      'does around its adapter. Processor time; the first row is the bare client, the others are multiples of it in the same rounds ' +
      '(of the mean of the middle half of all rounds; small, the quartiles of the single rounds).',
    '',
    raceTable(onAxios, versions),
    '',
    raceTable(onFetch, versions),
    '',
    'The same over HTTP to a server on the same machine:',
    '',
    pairTable(figures),
    '',
    'Requests that have waited for one refresh, from its answer until the last one has its own:',
    '',
    table(
      ['requests', 'all', 'each', 'heap held afterwards'],
      drain.map(({ requests, milliseconds, microsecondsEach, heap: held }) => [
        number(requests),
        `${milliseconds.toFixed(1)} ms`,
        `${microsecondsEach.toFixed(1)} µs`,
        `${held.toFixed(1)} MB`,
      ]),
    ),
    '',
    `Heap before and after so many calls: ${Object.entries(heap)
      .map(
        ([name, { calls, before, after }]) =>
          `${name}, ${number(calls)}: ${before.toFixed(1)} and ${after.toFixed(1)} MB`,
      )
      .join('; ')}.`,
    `A call with so many listeners, against none: ${subscribers
      .slice(1)
      .map((cost) => `${cost.name}: ${times(cost)}`)
      .join('; ')}.`,
    `From the import until the first request is sent, in a new process: ${coldStart
      .map((each, index) =>
        index
          ? `${each.name} ${each.milliseconds.toFixed(0)} ms, ${times(each)}`
          : `${each.name} ${each.milliseconds.toFixed(0)} ms`,
      )
      .join('; ')}.`,
    instructionsLine(figures),
    '',
    circumstances(figures),
  ].join('\n')
}
