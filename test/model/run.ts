import { parseArgs } from 'node:util'
import { saveFigures, versionsOf } from '../figures/figures.ts'
import type { ModelFigures } from '../figures/model-table.ts'
import { addUp, check, none, reportOf } from './check.ts'

/**
 * As many commands as no test suite has time for, until a promise is broken: `node run.ts --commands 1000000`. The same
 * `--seed` gives the same lives. `--save` keeps the figures, for the README.
 */
const { values } = parseArgs({
  options: {
    commands: { type: 'string', default: '1000000' },
    seed: { type: 'string' },
    save: { type: 'boolean', default: false },
  },
})
const wanted = Number(values.commands)
const seed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 31))
const print = (line: string) => void process.stdout.write(`${line}\n`)
const begin = performance.now()

let sum = none
let isBroken = false
print(`seed ${seed}`)
for (let batch = 0; sum.commands < wanted && !isBroken; batch++) {
  const { counts, failure } = await check(seed + batch, 200)
  const before = sum
  sum = addUp(sum, counts)
  if (failure) {
    isBroken = true
    process.exitCode = 1
    print(reportOf(failure))
  }
  const isDecade = Math.floor(sum.commands / 50_000) > Math.floor(before.commands / 50_000)
  if (isDecade) print(`${sum.commands} commands in ${((performance.now() - begin) / 1000).toFixed(0)} s`)
}
const seconds = Math.round((performance.now() - begin) / 1000)
for (const [name, count] of Object.entries(sum)) print(`${String(count).padStart(9)} ${name}`)
print(`${String(seconds).padStart(9)} seconds`)
if (values.save && !isBroken) {
  const versions = { node: process.versions.node, ...versionsOf('fast-check', 'axios') }
  saveFigures<Omit<ModelFigures, 'date' | 'machine'>>('model', {
    command: 'npm run model',
    versions,
    seed,
    seconds,
    ...sum,
  })
}
