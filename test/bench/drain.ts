import { createFetch } from '../../src/clients/fetch.ts'
import { openSession, token } from './environment.ts'
import { usedHeap } from './heap.ts'
import { quantile } from './rounds.ts'

const answer = new Response('{}')

export interface Drain {
  readonly requests: number
  readonly milliseconds: number
  readonly microsecondsEach: number
  /** Megabytes that are held afterwards and were not before. */
  readonly heap: number
}

/** All of them wait for one refresh; the processor time from its answer until the last one has its own. */
async function drain(requests: number): Promise<Drain> {
  let grant: (value: { accessToken: string; expiresIn: number }) => void = () => {}
  const session = openSession({
    refresh: () =>
      new Promise((resolve) => {
        grant = resolve
      }),
    maxWait: 600_000,
  })
  const send = createFetch(session, { fetch: async () => answer })
  const before = await usedHeap()
  const calls = Array.from({ length: requests }, (_, index) => send(`/api/${index}`))
  // The refresh has begun by the next turn of the event loop.
  await new Promise((resolve) => setImmediate(resolve))
  const start = process.threadCpuUsage()
  grant({ accessToken: token, expiresIn: 3_600_000 })
  await Promise.all(calls)
  const { user, system } = process.threadCpuUsage(start)
  calls.length = 0
  const heap = (await usedHeap()) - before
  session.dispose()
  const microseconds = user + system
  return { requests, milliseconds: microseconds / 1000, microsecondsEach: microseconds / requests, heap }
}

/** Grows linearly if each takes as long in a long queue as in a short one. */
export async function measureDrain(repeats = 5): Promise<Drain[]> {
  await drain(10_000)
  const drains: Drain[] = []
  for (const requests of [1000, 10_000, 100_000]) {
    const runs: Drain[] = []
    // A short one is over before the clock has moved far.
    const often = requests === 1000 ? repeats * 4 : repeats
    for (let run = 0; run < often; run++) runs.push(await drain(requests))
    const median = (of: (run: Drain) => number) => Number(quantile(runs.map(of), 0.5).toFixed(2))
    drains.push({
      requests,
      milliseconds: median(({ milliseconds }) => milliseconds),
      microsecondsEach: median(({ microsecondsEach }) => microsecondsEach),
      heap: median(({ heap }) => heap),
    })
  }
  return drains
}
