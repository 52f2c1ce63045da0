import { onTestFinished } from 'vitest'
import { type RunningServer, type ServerOptions, startServer } from '../../demo/server/node.ts'
import { createPbkdf2Hasher } from '../../demo/server/session/passwords.ts'
import type { TokenAnswer } from './backend.ts'

/** A server that is closed after the test, with passwords that cost nothing. */
export async function start(options: ServerOptions = {}): Promise<RunningServer> {
  const server = await startServer({ passwords: createPbkdf2Hasher({ iterations: 1 }), ...options })
  onTestFinished(() => server.close())
  return server
}

/** POSTs to /auth/* as the page would, with the cookie given. */
export function post(
  { url }: Pick<RunningServer, 'url'>,
  path: string,
  cookie = '',
  body: unknown = {},
): Promise<Response> {
  const headers = { 'content-type': 'application/json', 'x-silent-refresh': '1', origin: url, cookie }
  return fetch(url + path, { method: 'POST', headers, body: JSON.stringify(body) })
}

export async function login(
  server: Pick<RunningServer, 'url'>,
): Promise<{ cookie: string; body: TokenAnswer }> {
  const response = await post(server, '/auth/login', '', {
    email: 'demo@example.com',
    password: 'correct horse',
  })
  return { cookie: readCookie(response), body: (await response.json()) as TokenAnswer }
}

export function readCookie(response: Response): string {
  return response.headers.getSetCookie()[0]?.split(';')[0] ?? ''
}

export function me({ url }: Pick<RunningServer, 'url'>, token: string): Promise<Response> {
  return fetch(`${url}/api/me`, { headers: { authorization: `Bearer ${token}` } })
}

export async function eventsOf({ store }: RunningServer): Promise<string[]> {
  return (await store.read((records) => records.listAuditEntries())).map(({ event }) => event)
}
