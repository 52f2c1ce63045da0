import { expect, it, onTestFinished } from 'vitest'
import { live } from './torture/life.ts'
import { makePlan } from './torture/plan.ts'
import { storyOf } from './torture/shrink.ts'

it.each([0, 1, 2, 3])(
  'whatever happens to one to eight tabs, nobody is signed out, misled or left waiting: part %i',
  async (part) => {
    const unhandled: unknown[] = []
    const listener = (error: unknown) => unhandled.push(error)
    process.on('unhandledRejection', listener)
    onTestFinished(() => {
      process.off('unhandledRejection', listener)
    })
    for (let seed = part * 40 + 1; seed <= part * 40 + 40; seed++) {
      const plan = makePlan(seed)
      const { complaints } = await live(plan)
      const story = complaints.length > 0 ? await storyOf(plan) : []
      expect([...complaints, ...unhandled], `seed ${seed}:\n${story.join('\n')}`).toEqual([])
    }
  },
  60_000,
)
