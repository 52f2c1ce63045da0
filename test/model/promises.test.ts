import { expect, it } from 'vitest'
import { check, reportOf } from './check.ts'

// The same lives each time, so that a change that breaks them is known by its failure; `npm run model` finds new ones.
const seed = Number(process.env.SEED ?? 7)
process.stdout.write(`The model-based tests run with SEED=${seed}.\n`)

it('keeps all promises of the design, whatever users, tabs, network, clocks and server do', async () => {
  const { counts, failure } = await check(seed, 800)
  expect(failure && reportOf(failure)).toBeUndefined()
  expect(counts.lives).toBe(800)
}, 180_000)

it('lives the same lives with the same seed', async () => {
  expect(await check(seed, 10)).toEqual(await check(seed, 10))
}, 60_000)
