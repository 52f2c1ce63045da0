import { existsSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { CompareFigures } from '../figures/compare-table.ts'
import { readFigures } from '../figures/figures.ts'
import { peers } from './peers.ts'
import { scenarios } from './scenarios.ts'

const names = scenarios.map(({ name }) => name)

describe('the comparison', () => {
  it('has saved a result for every library and every scenario there is', () => {
    const saved = readFigures<CompareFigures>('compare')
    expect(saved.libraries.map(({ name }) => name)).toEqual(peers.map(({ name }) => name))
    expect(saved.scenarios.map(({ name }) => name)).toEqual(names)
    for (const { cells } of saved.scenarios) {
      expect(Object.keys(cells)).toEqual(peers.map(({ name }) => name))
    }
  })

  it.each(peers)('knows what it says of $title', ({ name, lacks, reasons }) => {
    expect(existsSync(new URL(`peers/${name}.ts`, import.meta.url))).toBe(true)
    expect(names).toEqual(expect.arrayContaining([...Object.keys(lacks), ...Object.keys(reasons)]))
    // What is not possible does not fail.
    expect(Object.keys(reasons).filter((scenario) => scenario in lacks)).toEqual([])
  })

  it('says why of every failure that is saved', () => {
    const { scenarios: saved } = readFigures<CompareFigures>('compare')
    const unexplained = saved.flatMap(({ cells }) =>
      Object.values(cells).filter(({ result, note }) => result === 'fail' && !note),
    )
    expect(unexplained).toEqual([])
  })
})
