import { circumstances, type Figures } from './figures.ts'

interface Weight {
  readonly name: string
  /** Bytes, minified, */
  readonly min: number
  /** and compressed with Brotli after that. */
  readonly brotli: number
}

export interface SizeFigures extends Figures {
  readonly entries: readonly Weight[]
  /** How much smaller `silent-refresh` would be without each. */
  readonly features: readonly Weight[]
  readonly modules: readonly (Omit<Weight, 'name'> & { readonly module: string })[]
  readonly peers: readonly (Weight & { readonly covers: string })[]
}

export const kilobytes = (bytes: number): string => `${(bytes / 1000).toFixed(2)} kB`

const row = (cells: readonly string[]) => `| ${cells.join(' | ')} |`

function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  return [row(heads), row(heads.map((_, index) => (index ? '--:' : '---'))), ...rows.map(row)].join('\n')
}

const weights = ({ min, brotli }: Omit<Weight, 'name'>) => [kilobytes(min), kilobytes(brotli)]

/** The block of the README. */
export function sizeTable(figures: SizeFigures): string {
  const { entries, features, modules, peers, versions } = figures
  const heads = ['min', 'min + brotli']
  return [
    table(
      ['', ...heads],
      [
        ...entries.map((entry) => [`**${entry.name}**`, ...weights(entry)]),
        ...peers.map((peer) => [`${peer.name} ${versions[peer.name]}: ${peer.covers}`, ...weights(peer)]),
      ],
    ),
    '',
    'All are bundled alike, axios apart. What the features of `silent-refresh` weigh, that is, by how much the whole would shrink ' +
      'without their files:',
    '',
    table(
      ['', ...heads],
      features.map((feature) => [feature.name, ...weights(feature)]),
    ),
    '',
    '<details><summary>The same of each file</summary>',
    '',
    table(
      ['', ...heads],
      modules.map(({ module, min, brotli }) => [`\`${module}\``, `${min} B`, `${brotli} B`]),
    ),
    '',
    '</details>',
    '',
    circumstances(figures),
  ].join('\n')
}
