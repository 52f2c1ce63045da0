import { parseArgs } from 'node:util'
import { live } from './life.ts'
import { makePlan } from './plan.ts'
import { type Fault, faults } from './referee.ts'
import { shrink, storyOf } from './shrink.ts'

/**
 * Lives of many tabs, in numbers that no test suite has time for: `node run.ts 100000` until so many things have happened;
 * `node run.ts --seed 12345` tells the story of one life, and the shortest that fails in the same way.
 */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seed: { type: 'string' },
    first: { type: 'string', default: '1' },
    fault: { type: 'string' },
    whole: { type: 'boolean', default: false },
  },
})

const unhandled: unknown[] = []
process.on('unhandledRejection', (error) => unhandled.push(error))
const print = (line: string) => void process.stdout.write(`${line}\n`)

async function replay(seed: number): Promise<void> {
  const plan = makePlan(seed)
  const { complaints } = await live(plan)
  const first = complaints.find(({ fault }) => values.fault === undefined || fault === values.fault)
  const isShrunk = first && !values.whole
  const story = await storyOf(isShrunk ? await shrink(plan, first.fault) : plan)
  const end = first ? story.findIndex((line) => line.includes(`*** ${first.fault}`)) : -1
  for (const line of end < 0 ? story : story.slice(0, end + 1)) print(line)
  for (const error of unhandled) print(`unhandled: ${String(error)}`)
}

async function run(wanted: number): Promise<void> {
  const sums = { disruptions: 0, tabs: 0, requests: 0, refreshes: 0, logins: 0, signOuts: 0 }
  const counts = new Map<Fault, number[]>()
  const start = performance.now()
  let lives = 0
  for (let seed = Number(values.first); sums.disruptions < wanted; seed++) {
    const report = await live(makePlan(seed))
    lives++
    for (const key of Object.keys(sums) as (keyof typeof sums)[]) sums[key] += report[key]
    const found = new Set(report.complaints.map(({ fault }) => fault))
    if (unhandled.splice(0).length > 0) found.add('error')
    for (const fault of found) counts.set(fault, [...(counts.get(fault) ?? []), seed])
  }
  print(`${lives} lives in ${((performance.now() - start) / 1000).toFixed(1)} s`)
  for (const [key, sum] of Object.entries(sums)) print(`${String(sum).padStart(8)} ${key}`)
  print('what must never happen:')
  for (const [fault, what] of Object.entries(faults)) {
    const seeds = counts.get(fault as Fault) ?? []
    print(
      `${String(seeds.length).padStart(8)} ${what}${seeds.length > 0 ? `: seeds ${seeds.slice(0, 12).join(', ')}` : ''}`,
    )
  }
  if (counts.size > 0) process.exitCode = 1
}

if (values.seed === undefined) await run(Number(positionals[0] ?? 100_000))
else await replay(Number(values.seed))
