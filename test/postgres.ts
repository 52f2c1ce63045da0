import type { TestProject } from 'vitest/node'
import { startPostgres } from './server/postgres.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** The `postgres://` URL of a server for all tests; each makes a schema of its own. */
    postgres: string
  }
}

/** One Postgres for the whole run. */
export async function setup({ provide }: TestProject): Promise<() => Promise<void>> {
  const { url, stop } = await startPostgres()
  provide('postgres', url)
  return stop
}
