/** What has happened until a checkpoint, all in all: what a growth may go along with. */
export type Events = Readonly<Record<string, number>>

export interface Checkpoint {
  /** Milliseconds since the first. */
  readonly at: number
  readonly events: Events
  /** How many there are of each thing, with everything at rest in the same pose as at every checkpoint. */
  readonly counts: Readonly<Record<string, number>>
  /** The names of those that cannot be different: nothing of theirs is collected late or comes at its own time. */
  readonly exact: readonly string[]
  /** Bytes after garbage collection, by whose they are. */
  readonly bytes: Readonly<Record<string, number>>
}

/** One thing that grows, in a sentence. */
export interface Finding {
  readonly what: string
  readonly sentence: string
}

/** A line through all pairs of points (Theil and Sen): no single outlier bends it. */
export interface Trend {
  /** From the first checkpoint to the last, along the line. */
  readonly growth: number
  /** How likely it is, by chance alone, to find so many values above earlier ones (Mann and Kendall, one-sided). */
  readonly chance: number
}

/** Once in so many runs without any growth a series is taken for growing, if that is also more than `relevant`. */
const chanceOfMistake = 1e-4

/**
 * Less than this in a whole life is not looked into: engines keep notes of their own on code that goes on running. Even one pointer for each
 * of the calls is more.
 */
const relevant = 96 * 1024

/** No conclusion is drawn from fewer. */
const fewest = 8

function median(values: readonly number[]): number {
  const sorted = [...values].sort((one, other) => one - other)
  const middle = sorted.length / 2
  const [low, high] = [sorted[Math.ceil(middle) - 1] ?? 0, sorted[Math.floor(middle)] ?? 0]
  return (low + high) / 2
}

/** The upper tail of the normal distribution (Abramowitz and Stegun 26.2.17). */
function tail(deviations: number): number {
  if (deviations < 0) return 1 - tail(-deviations)
  const t = 1 / (1 + 0.2316419 * deviations)
  const sum = t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))))
  return (sum * Math.exp((-deviations * deviations) / 2)) / Math.sqrt(2 * Math.PI)
}

export function trendOf(values: readonly number[]): Trend {
  const slopes: number[] = []
  let rises = 0
  for (const [later, value] of values.entries()) {
    for (let earlier = 0; earlier < later; earlier++) {
      const rise = value - (values[earlier] ?? 0)
      slopes.push(rise / (later - earlier))
      rises += Math.sign(rise)
    }
  }
  const count = values.length
  const deviation = Math.sqrt((count * (count - 1) * (2 * count + 5)) / 18)
  return {
    growth: slopes.length > 0 ? median(slopes) * (count - 1) : 0,
    chance: tail((rises - Math.sign(rises)) / deviation),
  }
}

/** The part of a growth that each event of a kind accounts for, and how evenly it does so from checkpoint to checkpoint. */
function along(kind: string, points: readonly Checkpoint[], heldAt: (point: Checkpoint) => number) {
  const steps = points.slice(1).map((point, index) => {
    const before = points[index] as Checkpoint
    return {
      events: (point.events[kind] ?? 0) - (before.events[kind] ?? 0),
      growth: heldAt(point) - heldAt(before),
    }
  })
  const mean = (list: readonly number[]) => list.reduce((sum, each) => sum + each, 0) / list.length
  const [events, growth] = [mean(steps.map((step) => step.events)), mean(steps.map((step) => step.growth))]
  const share = growth / events
  const unevenness = mean(steps.map((step) => Math.abs(step.growth - share * step.events)))
  return { kind, share, unevenness }
}

const round = (value: number) => (Math.abs(value) < 10 ? value.toFixed(2) : value.toFixed(0))

/** What the growth goes along with most evenly, as the end of a sentence. */
function culprit(points: readonly Checkpoint[], heldAt: (point: Checkpoint) => number, unit: string): string {
  const kinds = Object.keys(points[0]?.events ?? {})
  const [best] = kinds
    .map((kind) => along(kind, points, heldAt))
    .filter(({ share }) => Number.isFinite(share))
    .sort((one, other) => one.unevenness - other.unevenness)
  return best ? `; most evenly with ${best.kind}, ${round(best.share)}${unit} each` : ''
}

/**
 * At rest in the same pose there are to be as many as at first. What is collected late makes a count go up and down; it grows if all of the
 * last third are above all of the first.
 */
function countFindings(points: readonly Checkpoint[]): Finding[] {
  const third = Math.ceil(points.length / 3)
  return Object.keys(points[0]?.counts ?? {}).flatMap((what) => {
    const heldAt = ({ counts }: Checkpoint) => counts[what] ?? 0
    const values = points.map(heldAt)
    const [first = 0, last, highest] = [values[0], values.at(-1), Math.max(...values)]
    const isLasting = Math.min(...values.slice(-third)) > Math.max(...values.slice(0, third))
    if (!isLasting && !(points[0]?.exact.includes(what) && highest > first)) return []
    const grown = `${first} at the start, ${last} at the end${isLasting ? '' : `, up to ${highest} meanwhile`}`
    return [{ what, sentence: `${what} grow: ${grown}${culprit(points, heldAt, '')}.` }]
  })
}

const kilobytes = (bytes: number) => `${(bytes / 1024).toFixed(0)} kB`

function byteFindings(points: readonly Checkpoint[]): Finding[] {
  if (points.length < fewest)
    throw new Error(`a trend needs ${fewest} checkpoints, there are ${points.length}`)
  return Object.keys(points[0]?.bytes ?? {}).flatMap((what) => {
    const heldAt = ({ bytes }: Checkpoint) => bytes[what] ?? 0
    const { growth, chance } = trendOf(points.map(heldAt))
    if (chance > chanceOfMistake || growth < relevant) return []
    const grown = `by ${kilobytes(growth)} in ${points.length} checkpoints, by chance once in ${(1 / chance).toPrecision(1)}`
    return [{ what, sentence: `${what} grows: ${grown}${culprit(points, heldAt, ' bytes')}.` }]
  })
}

/** Everything that grows from the first checkpoint to the last. */
export function findGrowth(points: readonly Checkpoint[]): Finding[] {
  return [...countFindings(points), ...byteFindings(points)]
}
