import { type Counts, type MutantFigures, scoreOf, sum } from '../mutation/report.ts'
import { circumstances } from './figures.ts'

const row = (counts: Counts) =>
  `| ${counts.room} | ${counts.killed + counts.timeout} | ${counts.survived + counts.noCoverage} | ${scoreOf(counts)} % |`

/** The mutation scores as the README shows them. */
export function mutantsTable(figures: MutantFigures): string {
  const library = figures.rooms.filter(({ room }) => room.startsWith('src'))
  const backend = figures.rooms.filter((counts) => !library.includes(counts))
  const named = (counts: Counts) => row({ ...counts, room: `\`${counts.room}\`` })
  return [
    '| part | changes noticed | not noticed | score |',
    '|---|---|---|---|',
    ...library.map(named),
    row(sum('**the library**', library)),
    ...backend.map(named),
    row(sum('**rotation of the backend**', backend)),
    '',
    circumstances(figures),
  ].join('\n')
}
