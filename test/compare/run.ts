// The same scenarios for silent-refresh and its peers: node test/compare/run.ts [--save] [--only peer] [--scenario name]
import { parseArgs } from 'node:util'
import { startEngine } from '../browser/engines/start-engine.ts'
import { type BuiltPage, buildPage } from '../browser/page-host.ts'
import type { Cell } from '../figures/compare-table.ts'
import { openArena } from './arena.ts'
import { type PeerCard, peers } from './peers.ts'
import { print, save } from './report.ts'
import type { Scenario } from './scenario.ts'
import { scenarios } from './scenarios.ts'

/** Most of the time is waiting. */
const atOnce = 8

const { values: asked } = parseArgs({
  options: { save: { type: 'boolean' }, only: { type: 'string' }, scenario: { type: 'string' } },
})

const players = peers.filter(({ name }) => !asked.only || asked.only.split(',').includes(name))
const scenes = scenarios.filter(({ name }) => !asked.scenario || asked.scenario.split(',').includes(name))
if (players.length === 0) throw new Error(`known are ${peers.map(({ name }) => name).join(', ')}`)
if (scenes.length === 0) throw new Error(`known are ${scenarios.map(({ name }) => name).join(', ')}`)
if (asked.save && (asked.only || asked.scenario)) throw new Error('only the whole is saved')

const engine = await startEngine('chromium')
const pages = new Map<PeerCard, BuiltPage>()
const cells = new Map<string, Cell>()
/** What was not expected: nothing is saved then. */
const complaints: string[] = []

async function play(peer: PeerCard, scenario: Scenario): Promise<Cell> {
  const lack = peer.lacks[scenario.name]
  if (lack) return { result: 'not possible', note: lack }
  const page = pages.get(peer)
  const opening = {
    lifetime: 900_000,
    isStrict: false,
    tabs: 1,
    skew: 0,
    isOpaque: false,
    ...scenario.options,
  }
  const script = `${page?.directory}/assets/page.js`
  const note = peer.reasons[scenario.name]
  try {
    await using arena = await openArena(engine, { dialect: peer.dialect, script }, opening)
    const { passed, figure } = await scenario.play(arena)
    if (passed && note) complaints.push(`${peer.name} ${scenario.name} passes, and is said to fail: ${note}`)
    if (!passed && !note)
      complaints.push(`${peer.name} ${scenario.name} fails, and nobody has said why: ${figure}`)
    return { result: passed ? 'pass' : 'fail', figure, ...(!passed && note && { note }) }
  } catch (error) {
    complaints.push(`${peer.name} ${scenario.name} broke off: ${error}`)
    return { result: 'fail', figure: 'broke off' }
  }
}

try {
  for (const peer of players)
    pages.set(peer, await buildPage(new URL(`peers/${peer.name}.ts`, import.meta.url)))
  const longFirst = scenes.toSorted((one, other) => Number(other.isLong ?? 0) - Number(one.isLong ?? 0))
  const queue = longFirst.flatMap((scenario) => players.map((peer) => ({ peer, scenario })))
  const work = async (): Promise<void> => {
    for (let next = queue.shift(); next; next = queue.shift()) {
      cells.set(`${next.peer.name} ${next.scenario.name}`, await play(next.peer, next.scenario))
    }
  }
  await Promise.all(Array.from({ length: atOnce }, work))
} finally {
  await engine.close()
  await Promise.all([...pages.values()].map((page) => page.cleanUp()))
}

function cellOf(peer: string, scenario: string): Cell {
  const cell = cells.get(`${peer} ${scenario}`)
  if (!cell) throw new Error(`${scenario} was not played with ${peer}`)
  return cell
}

const result = { players, scenes, cellOf, chromium: engine.version }
print(result)
for (const complaint of complaints) console.error(complaint)
if (complaints.length > 0) process.exitCode = 1
else if (asked.save) save(result)
