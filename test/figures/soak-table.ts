import { circumstances, type Figures } from './figures.ts'

/** How many of a thing there are at rest, at the first and at the last checkpoint. */
export interface HeldThing {
  readonly what: string
  readonly start: number
  readonly end: number
}

export interface SimulatedFigures {
  /** Of each life. */
  readonly hours: readonly number[]
  readonly events: Readonly<Record<string, number>>
  /** In the first life, in which nothing is missing. */
  readonly held: readonly HeldThing[]
  /** What grew or went wrong in any of them, in sentences. */
  readonly growing: readonly string[]
}

export interface RealFigures {
  readonly engine: string
  readonly version: string
  readonly minutes: number
  readonly events: Readonly<Record<string, number>>
  readonly signOuts: number
  readonly unauthorized: number
  readonly held: readonly HeldThing[]
  readonly growing: readonly string[]
}

export interface SoakFigures extends Figures {
  readonly simulated: SimulatedFigures
  readonly real: readonly RealFigures[]
}

/** The rows of the table: each adds up what its parts are called in the simulation and, for each tab, in a browser. */
const rows: readonly (readonly [title: string, parts: RegExp])[] = [
  ['timers pending', /^(.+ tab: )?timers pending$/],
  ['listeners of window and document', /^(.+ tab: )?listeners of window and document$/],
  ['listeners of abort signals', /^(.+ tab: )?listeners of abort signals$/],
  ['Web Locks held or waited for', /^(.+ tab: )?Web Locks held or waited for$/],
  ['`BroadcastChannel`s open', /^(.+ tab: )?BroadcastChannels open$/],
  ['keys in `localStorage`', /^(first tab: )?keys in localStorage$/],
  ['finished requests and their answers still held', /^(finished requests|answers|signals of calls)$/],
  [
    'closed tabs, disposed sessions, dropped clients and listeners still held',
    /^(tabs closed|sessions disposed of|clients forgotten|axios instances detached|listeners that have left)$/,
  ],
  ['DOM nodes and documents', /^.+ tab: (nodes|documents)$/],
  ['heap after garbage collection', /^the heap(, bytes| of the (first|second) tab, bytes)$/],
  ['sessions and refresh tokens in the database', /^server: (sessions|refresh tokens) in the database$/],
  ['heap of the server', /^the heap of the server, bytes$/],
]

function cell(held: readonly HeldThing[], parts: RegExp): string {
  const found = held.filter(({ what }) => parts.test(what))
  if (found.length === 0) return '–'
  const sum = (value: (thing: HeldThing) => number) => found.reduce((total, thing) => total + value(thing), 0)
  const [start, end] = [sum((thing) => thing.start), sum((thing) => thing.end)]
  if (!found[0]?.what.endsWith('bytes')) return `${start} → ${end}`
  return `${(start / 1e6).toFixed(2)} → ${(end / 1e6).toFixed(2)} MB`
}

const number = (value = 0) => value.toLocaleString('en-US')

function happened(events: Readonly<Record<string, number>>): string {
  return `${number(events.calls)} calls, ${number(events.refreshes)} refreshes, ${number(events['sign-ins'])} sign-ins`
}

/** What the README shows: what is held at the start and at the end. */
export function soakTable(figures: SoakFigures): string {
  const { simulated, real } = figures
  const { hours, events, held, growing } = simulated
  const columns = [
    { title: `simulated, ${hours[0]} h`, held },
    ...real.map((each) => ({
      title: `${each.engine} ${each.version}, ${each.minutes} min`,
      held: each.held,
    })),
  ]
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  const table = [
    line(['held at rest, at the start → at the end', ...columns.map(({ title }) => title)]),
    `|${'---|'.repeat(columns.length + 1)}`,
    ...rows.map(([title, parts]) => line([title, ...columns.map(({ held }) => cell(held, parts))])),
  ]
  const all = [...growing, ...real.flatMap((each) => each.growing)]
  const lived = [
    `Simulated: ${hours.length} lives of ${hours[0]} hours each, ${happened(events)}, ${number(events['tabs opened'])} tabs; the table shows the first.`,
    ...real.map(
      (each) =>
        `${each.engine}: three tabs, ${happened(each.events)}; ${each.unauthorized} 401s seen by a caller, ${each.signOuts} sign-outs that nobody asked for.`,
    ),
    all.length === 0 ? 'Nothing grows.' : `What grows: ${all.join(' ')}`,
  ]
  return [...table, '', lived.join(' '), '', circumstances(figures)].join('\n')
}
