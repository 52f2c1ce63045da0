import { parseArgs } from 'node:util'
import type { ServerOptions } from '../node.ts'
import { findDatabase } from '../store/database.ts'

export const usage = `usage: npm run server -- [--port N] [--host NAME] [--database FILE|postgres://...]
  [--token-lifetime 15m] [--grace 10s] [--idle 7d] [--absolute 30d] [--strict]
  [--verification strict|cached|stateless] [--origin URL]... [--trust-proxy] [--no-rate-limits] [--no-demo-users]`

/** What the user typed cannot be read; the message is for them. */
export class UsageError extends Error {
  override name = 'UsageError'
}

type Environment = Partial<Record<string, string>>

export function readCommandLine(
  words: string[],
  environment: Environment = process.env,
): ServerOptions & { port: number; database: string } {
  const values = parseWords(words)
  if (values.database === '') throw new UsageError('--database needs a file or a postgres:// URL')
  return {
    port: findPort(values.port, environment.PORT),
    database: findDatabase(values.database, environment),
    signingKeySecret: environment.SIGNING_KEY_SECRET || undefined,
    strict: values.strict ?? false,
    trustProxy: values['trust-proxy'] ?? false,
    rateLimits: !values['no-rate-limits'],
    demoUsers: !values['no-demo-users'],
    ...(values.host !== undefined && { host: values.host }),
    ...(values.origin && { origins: values.origin.map(readOrigin) }),
    ...(values.verification !== undefined && { verification: readVerification(values.verification) }),
    ...(values.grace !== undefined && { gracePeriod: readDuration('--grace', values.grace) }),
    ...(values.idle !== undefined && { idleLifetime: readLifetime('--idle', values.idle) }),
    ...(values.absolute !== undefined && { absoluteLifetime: readLifetime('--absolute', values.absolute) }),
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
        host: { type: 'string' },
        database: { type: 'string' },
        'token-lifetime': { type: 'string' },
        grace: { type: 'string' },
        idle: { type: 'string' },
        absolute: { type: 'string' },
        strict: { type: 'boolean' },
        verification: { type: 'string' },
        origin: { type: 'string', multiple: true },
        'trust-proxy': { type: 'boolean' },
        'no-rate-limits': { type: 'boolean' },
        'no-demo-users': { type: 'boolean' },
      },
    })
    return values
  } catch (error) {
    const [reason] = error instanceof Error ? error.message.split('. ') : []
    throw new UsageError(`${reason}: \`npm run server -- --help\` names what there is`, { cause: error })
  }
}

function findPort(given: string | undefined, environment: string | undefined): number {
  if (given !== undefined) return readPort('--port', given)
  return environment ? readPort('PORT', environment) : 3000
}

function readPort(name: string, text: string): number {
  const port = Number(text)
  if (!/^\d+$/.test(text) || port > 65_535) throw new UsageError(`${name} ${text}: not a port, 0 to 65535`)
  return port
}

function readOrigin(text: string): string {
  if (URL.canParse(text) && new URL(text).origin === text) return text
  throw new UsageError(`--origin ${text}: not an origin like https://app.example`)
}

const verifications = ['strict', 'cached', 'stateless'] as const

function readVerification(text: string): (typeof verifications)[number] {
  const found = verifications.find((name) => name === text)
  if (!found) throw new UsageError(`--verification ${text}: not one of ${verifications.join(', ')}`)
  return found
}

const units: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }

function readDuration(name: string, text: string): number {
  const [, amount, unit] = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/.exec(text) ?? []
  const factor = unit && units[unit]
  if (!factor) throw new UsageError(`${name} ${text}: not a duration like 500ms, 5s, 15m, 1h, 7d`)
  return Number(amount) * factor
}

function readLifetime(name: string, text: string): number {
  const lifetime = readDuration(name, text)
  if (lifetime === 0) throw new UsageError(`${name} ${text}: it has to live for some time`)
  return lifetime
}
