import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { createDemoBackend } from './host/backend.ts'
import { type DemoOptions, readCommandLine } from './host/command-line.ts'
import { codeOf, serveDemo } from './host/serve.ts'
import { UsageError } from './server/host/command-line.ts'
import { createArgon2Hasher } from './server/host/node-passwords.ts'
import { createSqliteStore } from './server/store/sqlite-store.ts'

async function start({ server, port, page }: DemoOptions): Promise<void> {
  if (!existsSync(join(page, 'index.html'))) {
    throw new UsageError(`No built page in ${page}: run \`npm run demo\`, which builds it first`)
  }
  const store = server ? createSqliteStore(':memory:') : undefined
  const backend = store && (await createDemoBackend({ store, passwords: createArgon2Hasher() }))
  const demo = await serveDemo(page, port, backend).catch(async (error: unknown) => {
    await store?.close()
    throw explain(error, port)
  })
  const stop = async () => {
    await demo.close()
    await store?.close()
  }
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void stop())
  console.log(`silent-refresh demo on ${demo.url}`)
  console.log(
    server
      ? '  backend: the Node server, with SQLite in memory and a real httpOnly cookie'
      : '  backend: a mock inside the page; `npm run demo -- --server` takes the Node server instead',
  )
}

/** What the user can do something about, in one line; anything else as it is. */
function explain(error: unknown, port: number): unknown {
  const advice = 'choose another with --port'
  if (codeOf(error) === 'EADDRINUSE') return new UsageError(`Port ${port} is taken: ${advice}`)
  if (codeOf(error) === 'EACCES') return new UsageError(`Port ${port} needs more rights: ${advice}`)
  return error
}

try {
  await start(readCommandLine(process.argv.slice(2)))
} catch (error) {
  console.error(error instanceof UsageError ? error.message : error)
  process.exitCode = 1
}
