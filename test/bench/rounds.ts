export type Call = () => Promise<unknown>

/** What a call costs beside the bare one of the same rounds. */
export interface Cost {
  readonly name: string
  readonly microseconds: number
  /** Of what is typical of all rounds. */
  readonly ratio: number
  /** The quartiles of the single rounds' ratios. */
  readonly low: number
  readonly high: number
}

export interface Rounds {
  readonly rounds: number
  /** Milliseconds that one contender has in a round, about. */
  readonly slice: number
  readonly clock: 'processor' | 'wall'
  /** Calls before anything is measured. */
  readonly warmUp: number
}

export function quantile(values: readonly number[], share: number): number {
  return values.toSorted((one, other) => one - other)[Math.round((values.length - 1) * share)] ?? NaN
}

/**
 * Microseconds. The time that this thread had a processor: others that want it, too, do not count. What waits for a network
 * needs the clock on the wall.
 */
function now(clock: Rounds['clock']): number {
  if (clock === 'wall') return performance.now() * 1000
  const { user, system } = process.threadCpuUsage()
  return user + system
}

async function time(call: Call, calls: number, clock: Rounds['clock']): Promise<number> {
  const start = now(clock)
  for (let count = 0; count < calls; count++) await call()
  return (now(clock) - start) / calls
}

const round = (value: number) => Number(value.toFixed(3))

/**
 * What is left of a median where the clock moves in steps: the mean of the middle half. A round in which a collection of garbage
 * fell, or somebody else had the processor, says nothing.
 */
function middle(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other)
  const cut = Math.floor(sorted.length / 4)
  const kept = sorted.slice(cut, sorted.length - cut)
  return kept.reduce((sum, value) => sum + value, 0) / kept.length
}

/** All of them take turns, each round beginning with the next one. The first is the bare one. */
export async function race(
  contenders: Readonly<Record<string, Call>>,
  { rounds, slice, clock, warmUp }: Rounds,
): Promise<Cost[]> {
  const entries = Object.entries(contenders)
  const times = new Map<string, number[]>()
  for (const [name, call] of entries) {
    await call()
    await time(call, warmUp, clock)
    times.set(name, [])
  }
  const [, bare = async () => {}] = entries[0] ?? []
  const calls = Math.max(1, Math.round((slice * 1000) / (await time(bare, warmUp, clock))))
  for (let turn = 0; turn < rounds; turn++) {
    for (let place = 0; place < entries.length; place++) {
      const [name, call] = entries[(turn + place) % entries.length] as [string, Call]
      times.get(name)?.push(await time(call, calls, clock))
    }
  }
  const bares = times.get(entries[0]?.[0] ?? '') ?? []
  return [...times].map(([name, own]) => {
    const ratios = own.map((value, turn) => value / (bares[turn] ?? NaN))
    return {
      name,
      microseconds: round(middle(own)),
      ratio: round(middle(own) / middle(bares)),
      low: round(quantile(ratios, 0.25)),
      high: round(quantile(ratios, 0.75)),
    }
  })
}

/** Different URLs one after the other, as an app asks for them: nobody gains by remembering the last. */
export function inTurns(prefix: string): () => string {
  const urls = Array.from({ length: 16 }, (_, index) => `${prefix}/items/${index}`)
  let count = 0
  return () => urls[count++ % urls.length] as string
}
