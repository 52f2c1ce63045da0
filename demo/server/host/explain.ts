import { describeDatabase } from '../store/database.ts'
import { UsageError } from './command-line.ts'

/** What the user can do something about, in one line; anything else with its stack. */
export function explain(error: unknown, { port, database }: { port?: number; database: string }): unknown {
  const cause = { cause: error }
  const codes = findCodes(error)
  if (codes.includes('EADDRINUSE'))
    return new UsageError(`Port ${port} is taken: choose another with --port`, cause)
  if (codes.includes('EACCES'))
    return new UsageError(`Port ${port} needs more rights: choose another with --port`, cause)
  if (error instanceof Error && /SIGNING_KEY_SECRET|newer version/.test(error.message))
    return new UsageError(error.message, cause)
  if (codes.includes('ENOTFOUND') && !isAboutDatabase(error))
    return new UsageError('There is no such host: choose another with --host', cause)
  if (isAboutDatabase(error)) {
    const origin = error.cause instanceof Error ? error.cause : error
    const [reason] = (origin.message || String(codes[0] ?? 'no answer')).split('\n')
    return new UsageError(`Database ${describeDatabase(database)}: ${reason}`, cause)
  }
  return error
}

function isAboutDatabase(error: unknown): error is Error {
  if (!(error instanceof Error)) return false
  const isPostgres = 'severity' in error
  return error.name === 'StoreUnavailableError' || findCodes(error).includes('ERR_SQLITE_ERROR') || isPostgres
}

/** Of the error, its cause, and the errors it gathers: a name with two addresses fails twice. */
function findCodes(error: unknown): unknown[] {
  if (!(error instanceof Error)) return []
  const gathered: unknown[] = error instanceof AggregateError ? error.errors : []
  const own = 'code' in error ? [error.code] : []
  return [...own, ...findCodes(error.cause), ...gathered.flatMap(findCodes)]
}
