import fc from 'fast-check'
import { BrokenPromise, Command, type Deed, demand } from './command.ts'
import { end } from './ending.ts'
import { sessionDeeds } from './session-deeds.ts'
import { type Setting, settings } from './setting.ts'
import { tabDeeds } from './tab-deeds.ts'
import { type Complaint, createWorld, type Turn, type World } from './world.ts'
import { worldDeeds } from './world-deeds.ts'

/** Something that can be lived through again. */
export interface Life {
  readonly setting: Setting
  readonly deeds: readonly Deed[]
}

/** What is wrong, and the shortest life that shows it. */
export interface Failure {
  readonly seed: number
  readonly path: string
  readonly complaint: Complaint
  readonly story: readonly string[]
  /** How many deeds it takes. */
  readonly length: number
}

/** How much has been done. */
export interface Counts {
  readonly lives: number
  readonly commands: number
  readonly tabs: number
  readonly requests: number
  readonly refreshes: number
  readonly signIns: number
  readonly signOuts: number
}

export const none: Counts = {
  lives: 0,
  commands: 0,
  tabs: 0,
  requests: 0,
  refreshes: 0,
  signIns: 0,
  signOuts: 0,
}

export function addUp(one: Counts, other: Counts): Counts {
  const names = Object.keys(one) as (keyof Counts)[]
  return Object.fromEntries(names.map((name) => [name, one[name] + other[name]])) as unknown as Counts
}

export interface Checked {
  readonly counts: Counts
  readonly failure: Failure | undefined
}

const longest = 150
const commands = fc.commands(
  [
    fc
      .oneof(
        { weight: 18, arbitrary: tabDeeds },
        { weight: 40, arbitrary: sessionDeeds },
        { weight: 42, arbitrary: worldDeeds },
      )
      .map((deed) => new Command(deed)),
  ],
  { maxCommands: longest, size: 'max' },
)

type Commands = Parameters<typeof fc.asyncModelRun>[1]

/** What a life came to: the deeds that could be done, and what was wrong. */
interface Lived extends Life {
  readonly complaint: Complaint | undefined
  readonly counts: Counts
}

function countsOf({ deeds, visits, calls, turns, sent }: World): Counts {
  const begun = (what: Turn['what']) => turns.filter((turn) => turn.what === what && turn.isBegin).length
  return {
    lives: 1,
    commands: deeds.length,
    tabs: visits.length,
    requests: calls.length,
    refreshes: sent,
    signIns: begun('sign-in'),
    signOuts: begun('sign-out'),
  }
}

async function run(setting: Setting, given: Commands, say?: (line: string) => void): Promise<Lived> {
  const world = createWorld(setting, say)
  const unhandled = (error: unknown) => world.reported.push(error)
  process.on('unhandledRejection', unhandled)
  try {
    world.open(1)
    await fc.asyncModelRun(() => ({ model: world, real: world }), given)
    await end(world)
    demand(world)
  } catch (error) {
    const complaint =
      error instanceof BrokenPromise
        ? error.complaint
        : { promise: 'No promise', text: error instanceof Error ? String(error.stack) : String(error) }
    return { setting, deeds: world.deeds, complaint, counts: countsOf(world) }
  } finally {
    process.off('unhandledRejection', unhandled)
    for (const { session } of world.visits) session.dispose()
  }
  return { setting, deeds: world.deeds, complaint: undefined, counts: countsOf(world) }
}

const again = ({ setting, deeds }: Life, say?: (line: string) => void) =>
  run(setting, deeds.map((deed) => new Command(deed)) as unknown as Commands, say)

/** Leaves out deed after deed, one and two at a time, as long as the same promise is broken by what is left. */
async function shorten(life: Lived): Promise<Lived> {
  for (const size of [1, 2]) {
    for (let at = life.deeds.length - size; at >= 0; at--) {
      const shorter = await again({ ...life, deeds: life.deeds.toSpliced(at, size) })
      if (shorter.complaint?.promise === life.complaint?.promise) return shorten(shorter)
    }
  }
  return life
}

/** So many lives from one seed; ends at the first broken promise. */
export async function check(seed: number, lives: number): Promise<Checked> {
  let failed: Lived | undefined
  let counts = none
  const property = fc.asyncProperty(settings, commands, async (setting, given) => {
    const lived = await run(setting, given)
    counts = addUp(counts, lived.counts)
    if (!lived.complaint) return
    failed = lived
    throw new BrokenPromise(lived.complaint)
  })
  const { counterexamplePath, errorInstance } = await fc.check(property, { seed, numRuns: lives })
  // Not of ours: then something is wrong with the model.
  if (errorInstance && !failed) throw errorInstance
  if (!failed) return { counts, failure: undefined }
  const { setting, complaint, deeds } = await shorten(failed)
  const story = [
    Object.entries(setting)
      .map(([name, value]) => `${name}: ${value}`)
      .join(', '),
  ]
  await again({ setting, deeds }, (line) => story.push(line))
  return {
    counts,
    failure: {
      seed,
      path: String(counterexamplePath),
      complaint: complaint as Complaint,
      story,
      length: deeds.length,
    },
  }
}

/** For whoever has to find out what is wrong. */
export const reportOf = ({ seed, path, complaint, story, length }: Failure) =>
  [
    `SEED=${seed} (path ${path}) breaks a promise:`,
    complaint.promise,
    complaint.text,
    `The shortest story, ${length} commands:`,
    ...story,
  ].join('\n')
