import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import type { ServerOptions } from './node.ts'

export const usage =
  'usage: npm run server -- [--port N] [--database FILE] [--token-lifetime 15m] [--grace 10s] [--strict]'

/** What the user typed cannot be read; the message is one line for them. */
export class UsageError extends Error {
  override name = 'UsageError'
}

export function readCommandLine(words: string[]): ServerOptions & { port: number; database: string } {
  const values = parseWords(words)
  return {
    port: values.port === undefined ? 3000 : readPort(values.port),
    database: values.database ?? fileURLToPath(new URL('./demo.sqlite', import.meta.url)),
    strict: values.strict ?? false,
    ...(values.grace !== undefined && { gracePeriod: readDuration('--grace', values.grace) }),
    ...(values['token-lifetime'] !== undefined && {
      accessTokenLifetime: readLifetime('--token-lifetime', values['token-lifetime']),
    }),
  }
}

function parseWords(words: string[]) {
  try {
    const { values } = parseArgs({
      args: words,
      options: {
        port: { type: 'string' },
        database: { type: 'string' },
        'token-lifetime': { type: 'string' },
        grace: { type: 'string' },
        strict: { type: 'boolean' },
      },
    })
    return values
  } catch (error) {
    const [reason] = error instanceof Error ? error.message.split('. ') : []
    throw new UsageError(`${reason}; ${usage}`, { cause: error })
  }
}

function readPort(text: string): number {
  const port = Number(text)
  if (!/^\d+$/.test(text) || port > 65_535) throw new UsageError(`--port ${text}: not a port, 0 to 65535`)
  return port
}

const units: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }

function readDuration(name: string, text: string): number {
  const [, amount, unit] = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/.exec(text) ?? []
  const factor = unit && units[unit]
  if (!factor) throw new UsageError(`${name} ${text}: not a duration like 500ms, 5s, 15m, 1h`)
  return Number(amount) * factor
}

function readLifetime(name: string, text: string): number {
  const lifetime = readDuration(name, text)
  if (lifetime === 0) throw new UsageError(`${name} ${text}: a token has to live for some time`)
  return lifetime
}
