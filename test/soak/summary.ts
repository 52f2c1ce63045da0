import type { HeldThing, RealFigures, SimulatedFigures } from '../figures/soak-table.ts'
import { type Checkpoint, type Events, findGrowth } from './growth.ts'
import type { LifeReport } from './life.ts'
import type { RealReport } from './real.ts'

function middle(values: readonly number[]): number {
  return [...values].sort((one, other) => one - other)[Math.floor(values.length / 2)] ?? 0
}

/** At the first and the last checkpoint; of bytes, which are never the same twice, the middle ones of the first and last third. */
function heldIn(points: readonly Checkpoint[]): HeldThing[] {
  const [first, last] = [points[0], points.at(-1)]
  if (!first || !last) return []
  const third = Math.ceil(points.length / 3)
  const counts = Object.keys(first.counts).map((what) => ({
    what,
    start: first.counts[what] ?? 0,
    end: last.counts[what] ?? 0,
  }))
  const bytes = Object.keys(first.bytes).map((what) => {
    const values = points.map((point) => point.bytes[what] ?? 0)
    const [start, end] = [middle(values.slice(0, third)), middle(values.slice(-third))]
    return { what: `${what}, bytes`, start, end }
  })
  return [...counts, ...bytes]
}

const eventsOf = (points: readonly Checkpoint[]): Events => points.at(-1)?.events ?? {}

function addUp(all: readonly Events[]): Record<string, number> {
  const sum: Record<string, number> = {}
  for (const events of all)
    for (const [kind, count] of Object.entries(events)) sum[kind] = (sum[kind] ?? 0) + count
  return sum
}

export function summarizeLives(reports: readonly LifeReport[]): SimulatedFigures {
  return {
    hours: reports.map(({ hours }) => hours),
    events: addUp(reports.map(({ points }) => eventsOf(points))),
    held: heldIn(reports[0]?.points ?? []),
    growing: reports.flatMap(complaintsOfLife),
  }
}

export function summarizeReal(report: RealReport): RealFigures {
  const { engine, version, minutes, points, signOuts, unauthorized } = report
  const [events, held] = [{ ...eventsOf(points) }, heldIn(points)]
  return { engine, version, minutes, events, signOuts, unauthorized, held, growing: complaintsOfReal(report) }
}

/** What grew or went wrong, in sentences. */
function complaintsOfLife({ title, points, errors }: LifeReport): string[] {
  const sentences = findGrowth(points).map(({ sentence }) => `${title}: ${sentence}`)
  return [...sentences, ...errors.slice(0, 5).map((error) => `${title}: ${error}`)]
}

function complaintsOfReal({ engine, points, signOuts, unauthorized, failures }: RealReport): string[] {
  const sentences = findGrowth(points).map(({ sentence }) => sentence)
  if (signOuts !== 0) sentences.push(`${signOuts} sign-outs that nobody asked for.`)
  if (unauthorized > 0) sentences.push(`${unauthorized} 401s reached a caller.`)
  for (const failure of failures.slice(0, 5)) sentences.push(`A call failed: ${failure}`)
  return sentences.map((sentence) => `${engine}: ${sentence}`)
}
