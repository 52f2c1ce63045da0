// Prints what each entry weighs in a bundle, and fails when one outgrows its budget ("config.size" in package.json).
// `--save` keeps the figures for the README, with the weights of all parts and of other libraries.
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { weigh, weighModules } from './bench/weigh.ts'
import { features, peers } from './bench/weighed.ts'
import { saveFigures, versionsOf } from './figures/figures.ts'
import { kilobytes, sizeTable } from './figures/size-table.ts'

const { config } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  config: { size: Record<string, number> }
}

const path = (file: string) => JSON.stringify(fileURLToPath(new URL(`../${file}`, import.meta.url)))

const entries = []
for (const [entry, budget] of Object.entries(config.size)) {
  const { min, brotli } = await weigh(`export * from ${path(`dist/${entry}.js`)}`)
  entries.push({ name: entry === 'index' ? 'silent-refresh' : `silent-refresh/${entry}`, min, brotli })
  console.log(
    `${entry.padEnd(6)} ${kilobytes(min)} min, ${kilobytes(brotli)} min + brotli (budget ${kilobytes(budget)})`,
  )
  if (brotli > budget) {
    console.error(`silent-refresh/${entry} has outgrown its budget.`)
    process.exitCode = 1
  }
}

if (process.argv.includes('--all') || process.argv.includes('--save')) {
  const whole = await weighModules(`export * from ${path('src/index.ts')}`)
  const figures = {
    command: 'npm run size',
    versions: versionsOf('rolldown', 'axios', ...peers.map((peer) => peer.package)),
    entries,
    features: features.map(({ name, modules }) => ({ name, ...whole.without(modules) })),
    modules: whole.modules,
    peers: await Promise.all(
      peers.map(async ({ package: name, code, covers }) => ({ name, covers, ...(await weigh(code)) })),
    ),
  }
  console.log(sizeTable({ date: '', machine: '', ...figures }))
  if (process.argv.includes('--save')) saveFigures('size', figures)
}
