import { expect, it, onTestFinished } from 'vitest'
import { liveRandomly } from './random-life.ts'

it.each([1, 2, 3, 4, 5, 6, 7, 8])(
  'every promise settles, and nobody is sent with the token of somebody else, in any order of events: %i',
  async (part) => {
    const unhandled: unknown[] = []
    const listener = (error: unknown) => unhandled.push(error)
    process.on('unhandledRejection', listener)
    onTestFinished(() => {
      process.off('unhandledRejection', listener)
    })
    for (let seed = part * 1000; seed < part * 1000 + 25; seed++) {
      const { steps, longestDelay, ...life } = await liveRandomly(seed)
      expect(life, `seed ${seed}: ${steps.join(', ')}`).toEqual({
        misused: [],
        pending: [],
        isBack: false,
        isAlive: true,
        timersLeft: 0,
        listenersLeft: 0,
      })
      expect(longestDelay).toBeLessThan(2 ** 31)
      expect(unhandled).toEqual([])
    }
  },
)
