import { expect, it } from 'vitest'
import { createMemoryStore } from '../../../demo/server/store/memory-store.ts'
import type { Store } from '../../../demo/server/store/store.ts'
import { findFaults } from './lives.ts'
import {
  addNothing,
  countBackwards,
  failToKeep,
  forgetLogout,
  forgetReuse,
  forgetSpending,
  keepDropped,
  keepVersion,
  type Mutate,
  sealNothing,
  spendTwice,
  welcomeThieves,
} from './mutants.ts'
import { type Command, honest, robbed, type ScriptRules, type Weights } from './script.ts'
import { live, type WorldRules } from './world.ts'

const strict: WorldRules = { settings: { strict: true } }

const cases: [name: string, mutate: Mutate, weights: Weights, fault: RegExp, world?: WorldRules][] = [
  [
    'sealNothing',
    sealNothing,
    honest,
    /^a refresh of browser \d was answered refresh_reused instead of 200$/,
  ],
  ['keepDropped', keepDropped, honest, /^a token has two living successors$/],
  ['forgetSpending', forgetSpending, honest, /^\d tokens of one family are unspent and alive$/],
  ['addNothing', addNothing, honest, /^a token was handed out that the tables do not know$/],
  ['forgetReuse', forgetReuse, robbed, /^a reuse left the session null$/],
  [
    'forgetLogout',
    forgetLogout,
    honest,
    /^a refresh of browser \d was answered 200 instead of session_revoked$/,
  ],
  ['keepVersion', keepVersion, honest, /^an access token was answered 200 instead of 401$/],
  ['failToKeep', failToKeep, honest, /^a refresh was answered 500$/],
  ['countBackwards', countBackwards, honest, /^gen -\d+ after \d+$/],
  [
    'spendTwice',
    spendTwice,
    honest,
    /^a refresh of browser \d was answered 200 instead of refresh_reused$/,
    strict,
  ],
]

it.each(cases)('a store with the fault %s is caught', async (_name, mutate, weights, fault, world = {}) => {
  const script: ScriptRules = {
    commands: 100,
    browsers: 2,
    near: false,
    weights,
    loss: 0.15,
    longestFlight: 1000,
  }
  const faults = new Set<string>()
  for (let seed = 1; seed <= 60 && ![...faults].some((found) => fault.test(found)); seed++) {
    for (const found of await findFaults(seed, script, mutate(createMemoryStore()), world)) faults.add(found)
  }
  expect(
    [...faults].filter((found) => fault.test(found)),
    [...faults].join('\n'),
  ).not.toEqual([])
})

it('a store that takes a thief for his victim lets them exchange tokens in turns, and is caught', async () => {
  const refresh: Command = { kind: 'refresh', who: 0, flight: { there: 0, back: 0 } }
  const pause: Command = { kind: 'pass', ms: 3_600_000 }
  const theft: Command[] = [{ ...refresh, kind: 'login' }, pause, { kind: 'steal', who: 0 }]
  const script = [...theft, refresh, pause, { kind: 'strike' } as const, pause, refresh, pause]
  const run = (store: Store) => live(script, store, { watchTurns: true })
  expect((await run(createMemoryStore())).faults).toEqual([])
  const { faults } = await run(welcomeThieves(createMemoryStore()))
  expect(faults).toEqual([expect.stringContaining('exchanged in turns: browser 0, thief, browser 0')])
})
