// Long lives, and whether anything grows in them:
//   node --expose-gc test/soak/run.ts [--real [minutes]] [--save]
// What is not measured anew stays in the figures as it was.
import { setFlagsFromString } from 'node:v8'
import { readFigures, saveFigures, versionsOf } from '../figures/figures.ts'
import type { SoakFigures } from '../figures/soak-table.ts'
import { type LifeReport, live } from './life.ts'
import { lives } from './lives.ts'
import { plainEngine } from './plain-engine.ts'
import type { RealReport } from './real.ts'
import { summarizeLives, summarizeReal } from './summary.ts'

const usage = 'usage: node --expose-gc test/soak/run.ts [--real [minutes]] [--save]'

function readCommandLine(words: readonly string[]): { minutes: number; isToSave: boolean } {
  const rest = words.filter((word) => word !== '--save')
  const [flag, text = '10', ...others] = rest
  const minutes = flag === undefined ? 0 : Number(text)
  if ((flag !== undefined && flag !== '--real') || others.length > 0 || Number.isNaN(minutes))
    throw new Error(usage)
  const isToSave = rest.length < words.length
  // Less has, in the browser that gets half of it, too few checkpoints to tell a trend from chance.
  if (minutes !== 0 && minutes < 10) throw new Error(`${usage}: 10 minutes or more`)
  return { minutes, isToSave }
}

const print = (line: string) => void process.stdout.write(`${line}\n`)
const { minutes, isToSave } = readCommandLine(process.argv.slice(2))
for (const flag of plainEngine) setFlagsFromString(flag)

const reports: LifeReport[] = []
for (const plan of lives) {
  print(`${plan.title}: ${plan.hours} hours, simulated`)
  reports.push(await live(plan))
}
const simulated = summarizeLives(reports)
print(JSON.stringify(simulated.events))
console.table(simulated.held)

const really: RealReport[] = []
if (minutes > 0) {
  // Only now: what drives browsers is three times the size of all else, and would be part of the heap until here.
  const { liveReally } = await import('./real.ts')
  // Where less can be counted, half of it is enough.
  for (const [engine, part] of [
    ['chromium', 1],
    ['firefox', 0.5],
  ] as const) {
    print(`${engine}: ${minutes * part} minutes`)
    really.push(await liveReally(engine, minutes * part))
  }
}
const real = minutes > 0 ? really.map(summarizeReal) : readFigures<SoakFigures>('soak').real
for (const { engine, events, signOuts, unauthorized, held } of real) {
  print(`${engine}: ${JSON.stringify({ ...events, unauthorized, signOuts })}`)
  console.table(held)
}

const growing = [...simulated.growing, ...real.flatMap((each) => each.growing)]
if (isToSave) {
  const versions = { node: process.versions.node, ...versionsOf('axios', 'playwright-core') }
  saveFigures('soak', { command: 'npm run soak -- --real --save', versions, simulated, real })
}
for (const sentence of growing) print(sentence)
print(growing.length === 0 ? 'nothing grows' : `${growing.length} things grow or went wrong`)
process.exitCode = growing.length === 0 ? 0 : 1
