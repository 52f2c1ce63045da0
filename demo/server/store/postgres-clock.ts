import type { Pool } from 'pg'
import type { Clock } from '../ambient.ts'

const interval = 30_000
/** Half a round trip, in milliseconds. */
const coarse = 250

/** The database's time, asked for now and then and carried on by this machine's monotonic clock meanwhile. */
export async function followClock(pool: Pool): Promise<{ clock: Clock; stop(): void }> {
  let { offset } = await measureOffset(pool)
  const timer = setInterval(() => {
    // A failure is no news: the next query of a request will tell it.
    measureOffset(pool).then(
      (measured) => {
        // A slow answer tells little about when it was given.
        if (measured.precision < coarse) offset = measured.offset
      },
      () => undefined,
    )
  }, interval).unref()
  return { clock: () => Math.floor(performance.now() + offset), stop: () => clearInterval(timer) }
}

async function measureOffset(pool: Pool): Promise<{ offset: number; precision: number }> {
  const before = performance.now()
  const text = 'SELECT (EXTRACT(EPOCH FROM clock_timestamp()) * 1000)::float8 AS now'
  const { rows } = await pool.query<{ now: number }>(text)
  const after = performance.now()
  return { offset: (rows[0]?.now ?? 0) - (before + after) / 2, precision: (after - before) / 2 }
}
