import { createAxios } from '../../src/clients/axios.ts'
import { createFetch } from '../../src/clients/fetch.ts'
import type { Session } from '../../src/session/session.ts'
import { type Call, inTurns } from './rounds.ts'
import { stubAdapter, stubFetch } from './stubs.ts'

/** In megabytes, after everything that nobody holds is gone. */
export async function usedHeap(): Promise<number> {
  for (let count = 0; count < 3; count++) {
    globalThis.gc?.()
    // What is finalized is only collected by the next one.
    await new Promise((resolve) => setImmediate(resolve))
  }
  return process.memoryUsage().heapUsed / 1e6
}

export interface Growth {
  readonly calls: number
  /** Megabytes. */
  readonly before: number
  readonly after: number
}

async function grow(call: Call, calls: number): Promise<Growth> {
  // What the first calls leave is code and caches.
  for (let count = 0; count < calls / 5; count++) await call()
  const before = await usedHeap()
  for (let count = 0; count < calls; count++) await call()
  const after = await usedHeap()
  return { calls, before: Number(before.toFixed(2)), after: Number(after.toFixed(2)) }
}

export async function measureHeap(session: Session, calls = 100_000): Promise<Record<string, Growth>> {
  const ours = createFetch(session, { fetch: stubFetch as typeof fetch })
  const api = createAxios(session, { adapter: stubAdapter, baseURL: '/api' })
  const [url, path] = [inTurns('/api'), inTurns('')]
  return {
    'silent-refresh': await grow(() => api.get(path()), calls),
    'silent-refresh/fetch': await grow(() => ours(url()), calls),
  }
}
