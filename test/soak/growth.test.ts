import { describe, expect, it } from 'vitest'
import { createRandom } from '../helpers/random.ts'
import { type Checkpoint, findGrowth, trendOf } from './growth.ts'

/** A life of so many checkpoints, each with a thousand calls and ten sign-ins more than the one before, roughly. */
function life(
  length: number,
  held: (step: number, signIns: number) => Partial<Pick<Checkpoint, 'counts' | 'bytes' | 'exact'>>,
): Checkpoint[] {
  const random = createRandom(length)
  let [calls, signIns] = [0, 0]
  return Array.from({ length }, (_, step) => {
    calls += 900 + random.below(200)
    signIns += 5 + random.below(10)
    return {
      at: step,
      events: { calls, 'sign-ins': signIns },
      counts: {},
      bytes: {},
      exact: [],
      ...held(step, signIns),
    }
  })
}

const sentences = (points: readonly Checkpoint[]) => findGrowth(points).map(({ sentence }) => sentence)
const megabyte = 2 ** 20

describe('what is said to grow', () => {
  it('is nothing where all stays as it is', () => {
    expect(sentences(life(25, () => ({ counts: { timers: 3 }, bytes: { heap: 16 * megabyte } })))).toEqual([])
  })

  it('is what there is more of with each sign-in, and that is said', () => {
    const [first, ...others] = sentences(life(25, (_, signIns) => ({ counts: { channels: 3 + signIns } })))
    expect(others).toEqual([])
    expect(first).toMatch(
      /^channels grow: \d+ at the start, \d+ at the end; most evenly with sign-ins, 1\.00 each\.$/,
    )
  })

  it('is not what goes up and down because it is collected late', () => {
    const points = life(25, (step) => ({ counts: { signals: [0, 4, 1, 0, 2][step % 5] as number } }))
    expect(sentences(points)).toEqual([])
  })

  it('is what there was once more of, where nothing can be late', () => {
    const points = life(25, (step) => ({ counts: { timers: step === 12 ? 4 : 3 }, exact: ['timers'] }))
    expect(sentences(points)).toEqual([
      expect.stringContaining('timers grow: 3 at the start, 3 at the end, up to 4 meanwhile'),
    ])
  })

  it('is not what there is less of', () => {
    expect(sentences(life(25, (step) => ({ counts: { timers: 30 - step }, exact: ['timers'] })))).toEqual([])
  })

  it('is a heap with a trend that chance does not explain', () => {
    const random = createRandom(7)
    const noise = () => random.below(60_000) - 30_000
    const points = life(25, (step) => ({ bytes: { 'the heap': 16 * megabyte + step * 10_000 + noise() } }))
    expect(sentences(points)).toEqual([
      expect.stringMatching(/^the heap grows: by 2\d\d kB in 25 checkpoints, /),
    ])
  })

  it('is no heap that is only restless, whatever the lot', () => {
    const found = Array.from({ length: 200 }, (_, seed) => {
      const random = createRandom(seed)
      return sentences(life(25, () => ({ bytes: { heap: 16 * megabyte + random.below(2 * megabyte) } })))
    })
    expect(found.flat()).toEqual([])
  })

  it('is no heap whose growth is less than anybody could hold for each call', () => {
    expect(sentences(life(25, (step) => ({ bytes: { heap: megabyte + step * 1000 } })))).toEqual([])
  })

  it('is not decided from a few checkpoints', () => {
    expect(() => findGrowth(life(5, () => ({ bytes: { heap: 1 } })))).toThrow('a trend needs 8 checkpoints')
  })
})

describe('a trend', () => {
  it('is not bent by one value that is far off', () => {
    const values = Array.from({ length: 20 }, (_, step) => step * 10)
    values[10] = 100_000
    expect(trendOf(values).growth).toBeCloseTo(190, -1)
  })

  it('is likely by chance where values rise as often as they fall', () => {
    expect(trendOf([1, 2, 1, 2, 1, 2, 1, 2]).chance).toBeGreaterThan(0.1)
    expect(trendOf([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]).chance).toBeLessThan(1e-4)
    expect(trendOf([9, 8, 7, 6, 5, 4, 3, 2, 1]).chance).toBeGreaterThan(0.99)
  })
})
