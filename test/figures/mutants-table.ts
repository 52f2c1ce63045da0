import { type Counts, type MutantFigures, scoreOf } from '../mutation/report.ts'
import { circumstances } from './figures.ts'

const row = (counts: Counts) =>
  `| ${counts.room} | ${counts.killed + counts.timeout} | ${counts.survived + counts.noCoverage} | ${scoreOf(counts)} % |`

/** The mutation scores as the README shows them. */
export function mutantsTable(figures: MutantFigures): string {
  return [
    '| part | changes noticed | not noticed | score |',
    '|---|---|---|---|',
    ...figures.rooms.map((counts) => row({ ...counts, room: `\`${counts.room}\`` })),
    row({ ...figures.total, room: 'all' }),
    '',
    circumstances(figures),
  ].join('\n')
}
