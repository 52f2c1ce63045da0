import type { Counts } from '../model/check.ts'
import { circumstances, type Figures } from './figures.ts'

/** What the model-based tests have done without a broken promise. */
export interface ModelFigures extends Figures, Counts {
  readonly seed: number
  readonly seconds: number
}

const count = (number: number) => number.toLocaleString('en-US')

/** The block of the README. */
export function modelTable(figures: ModelFigures): string {
  const { lives, commands, tabs, requests, refreshes, signIns, signOuts } = figures
  return [
    '| commands | in so many lives | pages opened | requests | refreshes | sign-ins | sign-outs | broken promises |',
    '|---:|---:|---:|---:|---:|---:|---:|---:|',
    `| ${[commands, lives, tabs, requests, refreshes, signIns, signOuts, 0].map(count).join(' | ')} |`,
    '',
    circumstances(figures),
  ].join('\n')
}
