import { request as send } from 'node:http'
import { onTestFinished } from 'vitest'
import { type BuiltPage, type Handler, servePage } from './page-host.ts'

/**
 * The page from a server before the backend, which is asked in its own name: for pages that the backend would not have,
 * on plain http or embedded in another. Returns the origin.
 */
export async function serveInFront(page: BuiltPage, backend: string, host = 'localhost'): Promise<string> {
  const pass: Handler = (incoming, response) => {
    const { method, url = '' } = incoming
    if (!/^\/(auth|api)\//.test(url)) return false
    const headers = { ...incoming.headers, host: new URL(backend).host, origin: backend }
    const outgoing = send(new URL(url, backend), { method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(response)
    })
    outgoing.on('error', () => response.destroy())
    incoming.pipe(outgoing)
    return true
  }
  const front = await servePage(page.directory, pass)
  onTestFinished(() => front.close())
  return front.origin.replace('localhost', host)
}
