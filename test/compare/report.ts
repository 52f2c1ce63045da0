import { type Cell, type CompareFigures, countPasses } from '../figures/compare-table.ts'
import { type Figures, saveFigures, versionsOf } from '../figures/figures.ts'
import type { PeerCard } from './peers.ts'
import type { Scenario } from './scenario.ts'

export interface Result {
  readonly players: readonly PeerCard[]
  readonly scenes: readonly Scenario[]
  /** By the names of library and scenario. */
  cellOf(peer: string, scenario: string): Cell
  readonly chromium: string
}

const signs = { pass: '✓', fail: '✗', 'not possible': '–' } as const

export function print({ players, scenes, cellOf }: Result): void {
  for (const { name, title, group } of scenes) {
    console.log(`\n${group}: ${title} (${name})`)
    for (const peer of players) {
      const { result, figure, note } = cellOf(peer.name, name)
      const told = [figure, note].filter(Boolean).join('; ')
      console.log(`  ${signs[result]} ${peer.name.padEnd(22)} ${told}`)
    }
  }
  console.log('\nPassed, of what is possible')
  for (const peer of players) {
    const { passed, possible } = countPasses(scenes.map(({ name }) => cellOf(peer.name, name)))
    console.log(`  ${peer.name.padEnd(22)} ${passed} of ${possible}`)
  }
}

export function save({ players, scenes, cellOf, chromium }: Result): void {
  const packages = new Set(players.flatMap((peer) => peer.package ?? []))
  saveFigures<Omit<CompareFigures, keyof Figures>>('compare', {
    command: 'npm run compare',
    versions: versionsOf('node', 'axios', ...packages),
    chromium,
    libraries: players.map((peer) => ({
      name: peer.name,
      title: peer.title,
      ...(peer.package && { package: peer.package }),
      mapped: peer.mapped,
      ...countPasses(scenes.map(({ name }) => cellOf(peer.name, name))),
    })),
    scenarios: scenes.map(({ name, title, group }) => ({
      name,
      title,
      group,
      cells: Object.fromEntries(players.map((peer) => [peer.name, cellOf(peer.name, name)])),
    })),
  })
}
