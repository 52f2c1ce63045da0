import type fc from 'fast-check'
import { timeOf } from './story.ts'
import type { Complaint, World } from './world.ts'

/** Ends a story. */
export class BrokenPromise extends Error {
  readonly complaint: Complaint

  constructor(complaint: Complaint) {
    super(`${complaint.promise} ${complaint.text}`)
    this.complaint = complaint
  }
}

/** Something that a user, a tab, the network, the clock or the server does; as a sentence. */
export interface Deed {
  readonly text: string
  /** Whether it can happen now. */
  can(world: World): boolean
  /** Does it; what is promised is followed up by the world. Resolves with the milliseconds that it took, if any. */
  run(world: World): void | Promise<number> | Promise<void>
}

/** A deed as fast-check runs it: afterwards all that is ready has run, and the promises have been looked at. */
export class Command implements fc.AsyncCommand<World, World> {
  readonly deed: Deed

  constructor(deed: Deed) {
    this.deed = deed
  }

  check(world: Readonly<World>): boolean {
    return this.deed.can(world as World)
  }

  async run(world: World): Promise<void> {
    world.deeds.push(this.deed)
    world.refreshes = 0
    world.say(`${timeOf(world.clock)} ${String(world.deeds.length).padStart(3)}. ${this.deed.text}`)
    const passed = (await this.deed.run(world)) ?? 0
    await world.clock.advance(0)
    world.notice({ type: 'step', passed })
    demand(world)
  }

  toString(): string {
    return this.deed.text
  }
}

export function demand({ complaints }: World): void {
  const [first] = complaints
  if (first) throw new BrokenPromise(first)
}
