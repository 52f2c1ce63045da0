import { readFile } from 'node:fs/promises'
import { type IncomingMessage, request, type ServerResponse } from 'node:http'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { type BuiltPage, servePage } from './page-host.ts'
import type { Backend } from './slow-refresh.ts'

const html = 'text/html; charset=utf-8'

const passOn = (port: number, incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> =>
  new Promise((resolve, reject) => {
    const { method, url, headers } = incoming
    const onward = request({ host: '127.0.0.1', port, method, path: url, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(outgoing).on('finish', resolve)
    })
    onward.on('error', reject)
    incoming.pipe(onward)
  })

/**
 * The backend and the page behind one address, as the backend itself serves them, but for one thing: browsers may keep
 * the page, as they may keep those of real hosts. Gives the origin; /elsewhere is a page without any script.
 */
export async function serveCacheable(page: BuiltPage, backend: Backend): Promise<string> {
  const files: Record<string, readonly [type: string, content: () => Promise<string | Buffer> | string]> = {
    '/': [html, () => readFile(join(page.directory, 'index.html'))],
    '/assets/page.js': ['text/javascript', () => readFile(join(page.directory, 'assets/page.js'))],
    '/elsewhere': [html, () => '<!doctype html><title>elsewhere</title><link rel="icon" href="data:,">'],
  }
  const server = await servePage(page.directory, async (incoming, outgoing) => {
    const { pathname } = new URL(incoming.url ?? '/', 'http://localhost')
    const file = files[pathname]
    if (file) {
      const [type, content] = file
      outgoing.writeHead(200, { 'content-type': type, 'cache-control': 'no-cache' }).end(await content())
    } else await passOn(backend.port, incoming, outgoing)
    return true
  })
  onTestFinished(() => server.close())
  return server.origin
}
