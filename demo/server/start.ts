import { readCommandLine, UsageError, usage } from './host/command-line.ts'
import { explain } from './host/explain.ts'
import { startServer } from './node.ts'
import { demoUsers } from './seed.ts'
import type { Mailer } from './session/mailer.ts'
import { describeDatabase } from './store/database.ts'

/** There is nobody to mail to on a developer's machine. A real mailer takes its place, and nothing is printed. */
const printer: Mailer = {
  async sendPasswordReset({ email, token }) {
    console.log(`  mail to ${email}: POST /auth/password/reset with token ${token}`)
  },
}

async function start(words: string[]): Promise<void> {
  if (words.includes('--help')) {
    console.log(usage)
    return
  }
  const options = readCommandLine(words)
  const server = await startServer({ ...options, mailer: printer }).catch((error: unknown) => {
    throw explain(error, options)
  })
  // Before the address is told: who knows it may stop the server at once.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void server.close())
  console.log(`silent-refresh demo server on ${server.url} (database: ${describeDatabase(options.database)})`)
  if (options.demoUsers === false) return
  for (const { email, password } of demoUsers) console.log(`  user ${email}, password '${password}'`)
}

try {
  await start(process.argv.slice(2))
} catch (error) {
  console.error(error instanceof UsageError ? error.message : error)
  process.exitCode = 1
}
