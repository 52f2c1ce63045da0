import { readCommandLine, UsageError } from './command-line.ts'
import { startServer } from './node.ts'
import { demoUsers } from './seed.ts'

try {
  const options = readCommandLine(process.argv.slice(2))
  const server = await startServer(options).catch((error: unknown) => {
    throw explain(error, options)
  })
  // Before the address is told: who knows it may stop the server at once.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void server.close())
  console.log(`silent-refresh demo server on ${server.url} (database: ${options.database})`)
  for (const { email, password } of demoUsers) console.log(`  user ${email}, password '${password}'`)
} catch (error) {
  console.error(error instanceof UsageError ? error.message : error)
  process.exitCode = 1
}

/** What the user can do something about, in one line; anything else with its stack. */
function explain(error: unknown, { port, database }: { port: number; database: string }): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  const cause = { cause: error }
  if (code === 'EADDRINUSE') return new UsageError(`Port ${port} is taken: choose another with --port`, cause)
  if (code === 'EACCES')
    return new UsageError(`Port ${port} needs more rights: choose another with --port`, cause)
  if (code === 'ERR_SQLITE_ERROR') {
    const reason = error instanceof Error ? error.message : 'unreadable'
    return new UsageError(`Database ${database}: ${reason}`, cause)
  }
  return error
}
