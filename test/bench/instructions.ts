import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const caller = fileURLToPath(new URL('./one-kind.ts', import.meta.url))

/** Instructions of a whole process that makes so many calls; undefined where they cannot be counted. */
function count(kind: string, calls: number): number | undefined {
  const args = ['stat', '-x,', '-e', 'instructions:u', process.execPath, caller, kind, String(calls)]
  const { status, stderr } = spawnSync('perf', args, { encoding: 'utf8' })
  const line = status === 0 ? stderr.split('\n').find((each) => each.includes('instructions')) : undefined
  const value = Number(line?.split(',')[0])
  return Number.isFinite(value) && value > 0 ? value : undefined
}

export const kinds = [
  'fetch, token by hand',
  'silent-refresh/fetch',
  'axios, token by hand',
  'silent-refresh',
]

/** Of one call: what 120,000 take more than 20,000. Undefined without Linux's `perf` and counters in the processor. */
export function countInstructions(): Record<string, number> | undefined {
  const counts: Record<string, number> = {}
  for (const kind of kinds) {
    const [few, many] = [count(kind, 20_000), count(kind, 120_000)]
    if (few === undefined || many === undefined) return undefined
    counts[kind] = Math.round((many - few) / 100_000)
  }
  return counts
}
