import { describe, expect, it } from 'vitest'
import { createMemoryStore } from '../../../demo/server/store/memory-store.ts'
import { createSqliteStore } from '../../../demo/server/store/sqlite-store.ts'
import type { Command } from './script.ts'
import { live } from './world.ts'

// Shortened from lives that went wrong: one browser, whose tabs send each request with the cookie of its moment.
const who = 0
const pass = (ms: number): Command => ({ kind: 'pass', ms })
const refresh = (there: number, back: number | null): Command => ({
  kind: 'refresh',
  who,
  flight: { there, back },
})
const begin: Command[] = [{ kind: 'login', who, flight: { there: 0, back: 0 } }, pass(60_000)]

const stories: [story: string, script: Command[]][] = [
  [
    'a lost answer is made good just before the grace period ends, the token is kept, a tab is late by less than a second',
    [refresh(0, null), pass(9000), refresh(0, 500), pass(400), refresh(700, 100), pass(150), refresh(50, 50)],
  ],
  [
    'a lost answer is made good just before the grace period ends, the token is exchanged, a tab is late by less than a second',
    [refresh(0, null), pass(9500), refresh(0, 300), pass(290), refresh(400, 100), pass(250), refresh(0, 50)],
  ],
  [
    'the clock is set forward and the tables are swept while a second tab waits for its answer',
    [
      refresh(0, 50),
      refresh(1000, 50),
      pass(100),
      refresh(0, 50),
      { kind: 'step', ms: 120_000 },
      { kind: 'sweep' },
    ],
  ],
]

describe.each([
  { kind: 'memory', createStore: () => createMemoryStore() },
  { kind: 'sqlite', createStore: () => createSqliteStore(':memory:') },
])('on the $kind store nobody is signed out when', ({ createStore }) => {
  it.each(stories)('%s', async (_story, script) => {
    const { faults, story } = await live([...begin, ...script, pass(2000)], createStore())
    expect({ faults, story }).toEqual({ faults: [], story })
  })
})

it('with --strict a spent token that nobody could use any more gets nothing and ends nothing', async () => {
  const day = 24 * 3_600_000
  const back: Command[] = [pass(4 * day), refresh(0, 0), pass(4 * day), { kind: 'strike' }]
  const script: Command[] = [...begin, { kind: 'steal', who }, refresh(0, 0), ...back]
  const { faults, story } = await live(script, createMemoryStore(), { settings: { strict: true } })
  expect({ faults, story }).toEqual({ faults: [], story })
})
