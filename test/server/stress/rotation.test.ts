import { describe, expect, it } from 'vitest'
import { sharedDatabases, useDatabase } from './every-database.ts'
import { runThefts } from './kills.ts'
import { runStorm } from './storm.ts'

describe.each(sharedDatabases)('four processes on one $kind database', (kind) => {
  it('make one rotation of every 16 refreshes at once, and take each other’s access tokens', {
    timeout: 120_000,
  }, async () => {
    const report = await runStorm(await useDatabase(kind), { refreshes: 3200 })
    expect(report.faults).toEqual([])
    expect(report).toMatchObject({ refreshes: 3200, tokens: 200, doubleSpends: 0, withoutOneSuccessor: 0 })
  })

  it('end a family at all of them when a stolen token comes back at one', { timeout: 60_000 }, async () => {
    expect(await runThefts(await useDatabase(kind), 8)).toEqual([])
  })
})
