import type { MutantFigures } from '../mutation/report.ts'
import { type BenchFigures, benchTable } from './bench-table.ts'
import { type CompareFigures, compareTable } from './compare-table.ts'
import { readFigures } from './figures.ts'
import { type ModelFigures, modelTable } from './model-table.ts'
import { mutantsTable } from './mutants-table.ts'
import { type SizeFigures, sizeTable } from './size-table.ts'
import { type SoakFigures, soakTable } from './soak-table.ts'

/** What the README shows of the last results, by the names that its blocks have. */
export const blocks: Readonly<Record<string, () => string>> = {
  bench: () => benchTable(readFigures<BenchFigures>('bench')),
  compare: () => compareTable(readFigures<CompareFigures>('compare')),
  model: () => modelTable(readFigures<ModelFigures>('model')),
  mutants: () => mutantsTable(readFigures<MutantFigures>('mutants')),
  size: () => sizeTable(readFigures<SizeFigures>('size')),
  soak: () => soakTable(readFigures<SoakFigures>('soak')),
}

const block = /<!-- figures: (\w+) -->\n[\s\S]*?<!-- end of figures -->/g

/** The names of the blocks in a text, in their order. */
export const blocksIn = (text: string): string[] => [...text.matchAll(block)].map(([, name = '']) => name)

/** The text with its blocks as they should be. */
export function fill(text: string): string {
  return text.replace(block, (found, name: string) => {
    const render = blocks[name]
    return render ? `<!-- figures: ${name} -->\n\n${render()}\n\n<!-- end of figures -->` : found
  })
}
