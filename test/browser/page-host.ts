import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'vite'

export interface BuiltPage {
  /** Holds index.html and assets/page.js; any static server can serve it at its root. */
  readonly directory: string
  cleanUp(): Promise<void>
}

const html = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <title>Test page</title>
    <link rel="icon" href="data:,">
    <script type="module" src="/assets/page.js"></script>
  </head>
  <body></body>
</html>
`

/** Builds one TypeScript file, with everything it imports, into one ES module and a page that loads it. */
export const buildPage = async (entry: URL): Promise<BuiltPage> => {
  const directory = await mkdtemp(join(tmpdir(), 'silent-refresh-page-'))
  const cleanUp = () => rm(directory, { recursive: true, force: true, maxRetries: 3 })
  try {
    await build({
      configFile: false,
      envDir: false,
      publicDir: false,
      logLevel: 'warn',
      root: fileURLToPath(new URL('.', entry)),
      build: {
        outDir: directory,
        emptyOutDir: false,
        // Readable, because stack traces of failing tests show it.
        minify: false,
        target: 'es2022',
        modulePreload: false,
        rolldownOptions: {
          input: fileURLToPath(entry),
          output: { entryFileNames: 'assets/page.js', codeSplitting: false },
        },
      },
    })
    await writeFile(join(directory, 'index.html'), html)
    return { directory, cleanUp }
  } catch (error) {
    await cleanUp()
    throw error
  }
}

/** Answers the request and returns true, or leaves it to the files. */
export type Handler = (request: IncomingMessage, response: ServerResponse) => boolean | Promise<boolean>

export interface StaticServer {
  /** A secure context in every browser, so that Web Locks and the like are there. */
  readonly origin: string
  close(): Promise<void>
}

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
}

const sendFile = async (root: string, request: IncomingMessage, response: ServerResponse): Promise<void> => {
  // The URL parser resolves every '..', so that a path never leads out of the root.
  const { pathname } = new URL(request.url ?? '/', 'http://localhost')
  const path = join(root, pathname.endsWith('/') ? `${pathname}index.html` : pathname)
  const content = await readFile(path).catch(() => undefined)
  if (content === undefined) {
    response.writeHead(404, { 'content-type': 'text/plain' }).end('not found')
    return
  }
  const type = TYPES[extname(path)] ?? 'application/octet-stream'
  response.writeHead(200, { 'content-type': type, 'cache-control': 'no-store' }).end(content)
}

/** A server for tests which need no more than files and, at most, a handful of own answers. */
export const servePage = async (directory: string, handle: Handler = () => false): Promise<StaticServer> => {
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    if (!(await handle(request, response))) await sendFile(directory, request, response)
  }
  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => response.writeHead(500).end(String(error)))
  })
  server.keepAliveTimeout = 5_000
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return {
    origin: `http://localhost:${address.port}`,
    close: async () => {
      const closed = once(server, 'close')
      server.close()
      // Browsers keep connections open, and a server waits for the last of them.
      server.closeAllConnections()
      await closed
    },
  }
}
