import { describe, expect, it } from 'vitest'
import { sharedDatabases, useDatabase } from './every-database.ts'
import { runKills } from './kills.ts'

describe.each(sharedDatabases)('servers on one $kind database, killed in the middle of rotations', (kind) => {
  it('sign nobody out and spend no token twice', { timeout: 120_000 }, async () => {
    const report = await runKills(await useDatabase(kind), { kills: 10, visitors: 60 })
    expect(report.faults).toEqual([])
    // Otherwise nothing was in the middle of anything.
    expect(report.replayed + report.siblings).toBeGreaterThan(0)
  })
})
