import type { Pool } from 'pg'
import type { Clock } from './ambient.ts'

const interval = 30_000

/** The database's time, asked for now and then and carried on by this machine's monotonic clock meanwhile. */
export async function followClock(pool: Pool): Promise<{ clock: Clock; stop(): void }> {
  let offset = await measureOffset(pool)
  const timer = setInterval(() => {
    // A failure is no news: the next query of a request will tell it.
    measureOffset(pool).then(
      (measured) => {
        offset = measured
      },
      () => undefined,
    )
  }, interval).unref()
  return { clock: () => Math.floor(performance.now() + offset), stop: () => clearInterval(timer) }
}

async function measureOffset(pool: Pool): Promise<number> {
  const before = performance.now()
  const text = 'SELECT (EXTRACT(EPOCH FROM clock_timestamp()) * 1000)::float8 AS now'
  const { rows } = await pool.query<{ now: number }>(text)
  const after = performance.now()
  return (rows[0]?.now ?? 0) - (before + after) / 2
}
