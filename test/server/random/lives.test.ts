import { expect, it } from 'vitest'
import { createMemoryStore } from '../../../demo/server/store/memory-store.ts'
import { findFailure } from './lives.ts'
import { honest, robbed, rushed } from './script.ts'

const createStore = createMemoryStore
const timeout = 3_600_000
const grace = 10_000
const script = {
  commands: 80,
  browsers: 3,
  longestFlight: grace / 2,
  loss: 0.15,
  near: false,
  weights: honest,
}

// Half a grace period there and back: the answer of one and the request of another must meet within it.
it('nobody is signed out by a refresh, and every token counts for what it is', { timeout }, async () => {
  expect(await findFailure({ script, lives: 60, createStore })).toBe('')
})

it('nobody is signed out however many tabs refresh around the end of a grace period', {
  timeout,
}, async () => {
  const crowded = { ...script, commands: 60, browsers: 1, loss: 0.3, near: true, weights: rushed }
  expect(await findFailure({ script: crowded, lives: 100, createStore })).toBe('')
})

it('a thief and his victim never exchange tokens in turns', { timeout }, async () => {
  const alone = { ...script, longestFlight: 0, weights: robbed }
  expect(await findFailure({ script: alone, lives: 60, watchTurns: true, createStore })).toBe('')
})

it('a thief among answers that cross breaks no rule of the tables', { timeout }, async () => {
  const crossing = { ...script, longestFlight: 3 * grace, weights: robbed }
  expect(await findFailure({ script: crossing, lives: 30, isLate: true, createStore })).toBe('')
})

it('with --strict whatever is presented twice is the end', { timeout }, async () => {
  const settings = { strict: true }
  expect(await findFailure({ script, lives: 60, settings, createStore })).toBe('')
  const late = { ...script, longestFlight: 3 * grace, weights: robbed }
  expect(await findFailure({ script: late, lives: 30, settings, createStore })).toBe('')
})
