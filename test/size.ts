// Prints what each entry weighs in a bundle, and fails when one outgrows its budget ("config.size" in package.json).
import { readFileSync } from 'node:fs'
import { brotliCompressSync } from 'node:zlib'
import { rolldown } from 'rolldown'

const { config } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  config: { size: Record<string, number> }
}

async function weigh(entry: string) {
  const bundle = await rolldown({
    input: new URL(`../dist/${entry}.js`, import.meta.url).pathname,
    external: ['axios'],
    logLevel: 'silent',
  })
  const { output } = await bundle.generate({ format: 'es', minify: true, comments: false })
  const code = output.map((chunk) => ('code' in chunk ? chunk.code : '')).join('')
  return { min: code.length, brotli: brotliCompressSync(code).length }
}

const kilobytes = (bytes: number) => `${(bytes / 1000).toFixed(2)} kB`

for (const [entry, budget] of Object.entries(config.size)) {
  const { min, brotli } = await weigh(entry)
  console.log(
    `${entry.padEnd(6)} ${kilobytes(min)} min, ${kilobytes(brotli)} min + brotli (budget ${kilobytes(budget)})`,
  )
  if (brotli > budget) {
    console.error(`silent-refresh/${entry} has outgrown its budget.`)
    process.exitCode = 1
  }
}
