import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { blocks, blocksIn, fill } from './figures/blocks.ts'
import { type Figures, readFigures } from './figures/figures.ts'

const read = (path: string) => readFileSync(new URL(path, import.meta.url), 'utf8')
const readme = read('../README.md')
const { packages } = JSON.parse(read('../package-lock.json')) as {
  packages: Record<string, { version: string } | undefined>
}
const { scripts } = JSON.parse(read('../package.json')) as { scripts: Record<string, string> }
const saved = readdirSync(new URL('./figures/', import.meta.url))
  .filter((name) => name.endsWith('.json'))
  .map((name) => name.replace('.json', ''))

describe('the figures in the README', () => {
  it('are the last results of the scripts; `npm run figures` puts them there', () => {
    expect(readme).toBe(fill(readme))
  })

  it('are all that there are', () => {
    expect(blocksIn(readme).toSorted()).toEqual(saved.toSorted())
    expect(Object.keys(blocks)).toEqual(expect.arrayContaining(saved))
  })
})

describe.each(saved)('the figures of %s', (name) => {
  const { versions, command, date, machine } = readFigures<Figures>(name)

  it('are of the packages that are installed: with others they have to be measured anew', () => {
    const known = Object.entries(versions).filter(([each]) => packages[`node_modules/${each}`])
    expect(known.length).toBeGreaterThan(0)
    for (const [each, version] of known)
      expect([each, version]).toEqual([each, packages[`node_modules/${each}`]?.version])
  })

  it('say when, on what, and by which command they were measured', () => {
    expect(date).toMatch(/^\d{4}-\d\d-\d\d$/)
    expect(machine).toMatch(/\d+ cores$/)
    expect(Object.keys(scripts)).toContain(/^npm run ([\w:]+)/.exec(command)?.[1])
  })
})
