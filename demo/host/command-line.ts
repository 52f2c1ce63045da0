import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { UsageError } from '../server/host/command-line.ts'

export const usage = 'usage: npm run demo -- [--server] [--port N] [--page FOLDER]'

export interface DemoOptions {
  /** The Node server answers, instead of the mock in the page. */
  server: boolean
  port: number
  /** Folder of the built page. */
  page: string
}

/** @throws {UsageError} with one line for who typed it */
export function readCommandLine(words: string[]): DemoOptions {
  const { server = false, port = '5173', page } = parseWords(words)
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65_535)
    throw new UsageError(`--port ${port}: not a port, 0 to 65535`)
  return {
    server,
    port: Number(port),
    page: page ?? fileURLToPath(new URL('../dist', import.meta.url)),
  }
}

function parseWords(words: string[]) {
  try {
    return parseArgs({
      args: words,
      options: { server: { type: 'boolean' }, port: { type: 'string' }, page: { type: 'string' } },
    }).values
  } catch (error) {
    const [reason] = error instanceof Error ? error.message.split('. ') : []
    throw new UsageError(`${reason}; ${usage}`, { cause: error })
  }
}
