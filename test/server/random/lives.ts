import type { Store } from '../../../demo/server/store/store.ts'
import { readSeeds } from './environment.ts'
import { type ScriptRules, writeScript } from './script.ts'
import { shorten } from './shorten.ts'
import { live, type WorldRules } from './world.ts'

export interface LivesRules extends WorldRules {
  script: ScriptRules
  /** How many, where nobody asked for another number. */
  lives: number
  createStore: () => Store
}

/** Lives one life per seed; answers the shortest story of the first that went wrong, or nothing. */
export async function findFailure({
  script: rules,
  lives,
  createStore,
  ...world
}: LivesRules): Promise<string> {
  for (const seed of readSeeds(lives)) {
    const [fault] = await findFaults(seed, rules, createStore(), world)
    if (fault === undefined) continue
    const script = writeScript(seed, rules)
    const shortest = await shorten(script, async (shorter) => {
      const life = await live(shorter, createStore(), world)
      return life.faults.map(withoutNumber).includes(fault)
    })
    const { story } = await live(shortest, createStore(), world)
    return [`RANDOM_SEED=${seed}: ${fault}`, ...story].join('\n')
  }
  return ''
}

/** What goes wrong first in the life of one seed. */
export async function findFaults(
  seed: number,
  rules: ScriptRules,
  store: Store,
  world: WorldRules,
): Promise<string[]> {
  const { faults } = await live(writeScript(seed, rules), store, world)
  return faults.map(withoutNumber)
}

function withoutNumber(fault: string): string {
  return fault.replace(/^\d+: /, '')
}
