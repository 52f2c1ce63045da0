import { request } from 'node:http'
import { BOUND } from './bounds.ts'

interface WebDriverError {
  readonly error: string
  readonly message: string
}

interface Reply {
  readonly value: unknown
}

type Method = 'GET' | 'POST' | 'DELETE'

const isError = (value: unknown): value is WebDriverError =>
  typeof value === 'object' && value !== null && 'error' in value

/** One WebDriver command; `agent: false` because the driver closes idle connections without notice. */
const send = (port: number, method: Method, path: string, body?: unknown): Promise<unknown> =>
  new Promise((resolve, reject) => {
    const signal = AbortSignal.timeout(BOUND)
    const outgoing = request({ host: '127.0.0.1', port, method, path, agent: false, signal }, (incoming) => {
      let text = ''
      incoming.setEncoding('utf8')
      incoming.on('data', (chunk: string) => {
        text += chunk
      })
      incoming.on('error', reject)
      incoming.on('end', () => {
        try {
          const { value } = JSON.parse(text) as Reply
          if (isError(value)) reject(new Error(`WebDriver ${path}: ${value.error}: ${value.message}`))
          else resolve(value)
        } catch {
          reject(new Error(`WebDriver ${path}: not an answer: ${text.slice(0, 200)}`))
        }
      })
    })
    outgoing.on('error', (error) =>
      reject(new Error(`WebDriver ${path}: ${error.message}`, { cause: error })),
    )
    outgoing.end(method === 'POST' ? JSON.stringify(body ?? {}) : undefined)
  })

export const isReady = async (port: number): Promise<boolean> => {
  try {
    const status = (await send(port, 'GET', '/status')) as { readonly ready: boolean }
    return status.ready
  } catch {
    return false
  }
}

export interface Session {
  readonly version: string
  /** A command of the session as such. */
  command(method: Method, path: string, body?: unknown): Promise<unknown>
  /** A command for one window. */
  inWindow(window: string, method: Method, path: string, body?: unknown): Promise<unknown>
  /** Runs a script in a window; `arguments` are the given ones, and it must not wait for anything. */
  execute(window: string, script: string, ...args: readonly unknown[]): Promise<unknown>
  end(): Promise<void>
}

export const startSession = async (port: number, binary: string): Promise<Session> => {
  const created = (await send(port, 'POST', '/session', {
    capabilities: {
      alwaysMatch: {
        browserName: 'MiniBrowser',
        // A driver that waits for one tab to load serves no other tab meanwhile.
        pageLoadStrategy: 'none',
        'webkitgtk:browserOptions': { binary, args: ['--automation'] },
      },
    },
  })) as { readonly sessionId: string; readonly capabilities: { readonly browserVersion: string } }
  const base = `/session/${created.sessionId}`

  // A session has one current window, so a command and the switch to its window must not be torn apart.
  let current: string | undefined
  let queue: Promise<unknown> = Promise.resolve()
  const inTurn = <Value>(work: () => Promise<Value>): Promise<Value> => {
    const turn = queue.then(work)
    queue = turn.catch(() => {})
    return turn
  }

  const command: Session['command'] = (method, path, body) =>
    inTurn(() => send(port, method, base + path, body))

  const inWindow: Session['inWindow'] = (window, method, path, body) =>
    inTurn(async () => {
      if (current !== window) {
        current = undefined
        await send(port, 'POST', `${base}/window`, { handle: window })
        current = window
      }
      if (path === '/window') current = undefined
      return send(port, method, base + path, body)
    })

  return {
    version: created.capabilities.browserVersion,
    command,
    inWindow,
    execute: (window, script, ...args) => inWindow(window, 'POST', '/execute/sync', { script, args }),
    end: async () => {
      await send(port, 'DELETE', base)
    },
  }
}
