import { createFetch } from '../../src/clients/fetch.ts'
import { openSession, token } from './environment.ts'

const answer = new Response('{}')

const usedHeap = () => {
  globalThis.gc?.()
  return process.memoryUsage().heapUsed
}

/** All of them wait for one refresh; the time from its answer until the last one has its own. */
async function drain(count: number): Promise<{ duration: number; heap: number }> {
  let grant: (value: { accessToken: string; expiresIn: number }) => void = () => {}
  const session = openSession({
    refresh: () =>
      new Promise((resolve) => {
        grant = resolve
      }),
    maxWait: 600_000,
  })
  const send = createFetch(session, { fetch: async () => answer })
  const before = usedHeap()
  const calls = Array.from({ length: count }, (_, index) => send(`/api/${index}`))
  // The refresh has begun by the next turn of the event loop.
  await new Promise((resolve) => setImmediate(resolve))
  const start = performance.now()
  grant({ accessToken: token, expiresIn: 3_600_000 })
  await Promise.all(calls)
  const duration = performance.now() - start
  calls.length = 0
  const heap = usedHeap() - before
  session.dispose()
  return { duration, heap }
}

export async function measureDrain(): Promise<void> {
  console.log('Requests that wait for one refresh, from its answer to the last of theirs')
  await drain(1000)
  for (const count of [1000, 10_000, 100_000]) {
    const { duration, heap } = await drain(count)
    const each = ((duration * 1000) / count).toFixed(1)
    console.log(
      `  ${String(count).padStart(7)}: ${duration.toFixed(1)} ms, ${each} µs each; heap afterwards ${(heap / 1e6).toFixed(1)} MB more`,
    )
  }
}
