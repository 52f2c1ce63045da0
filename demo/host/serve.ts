import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createAdaptorServer } from '@hono/node-server'
import { createStaticFiles } from '../server/host/static-files.ts'
import { createHeaderCookies } from '../server/session/cookies.ts'
import { backendPaths, type DemoBackend } from './backend.ts'

export interface RunningDemo {
  url: string
  close(): Promise<void>
}

/** Serves the built page, and from the same origin the backend if there is one; to this machine only. */
export async function serveDemo(page: string, port: number, backend?: DemoBackend): Promise<RunningDemo> {
  const findFile = createStaticFiles(page)

  async function answer(request: Request, cut: () => void): Promise<Response> {
    const { pathname } = new URL(request.url)
    if (pathname === '/hosting.json' && backend) return Response.json({ backend: 'server' })
    if (!backend || !backendPaths.test(pathname)) {
      return (await findFile(request)) ?? new Response('not found', { status: 404 })
    }
    const cookies = createHeaderCookies(request.headers.get('cookie'))
    const response = await backend(request, cookies)
    if (!response) {
      cut()
      return new Response(null)
    }
    const headers = new Headers(response.headers)
    for (const cookie of cookies.written) headers.append('set-cookie', cookie)
    return new Response(response.body, { status: response.status, headers })
  }

  const servers: ReturnType<typeof createAdaptorServer>[] = []

  async function listen(host: string, wanted: number): Promise<number> {
    const server = createAdaptorServer({
      fetch: (request: Request, bindings: unknown) =>
        answer(request, () => (bindings as { outgoing: ServerResponse }).outgoing.destroy()),
      overrideGlobalObjects: false,
    })
    // Browsers by themselves repeat a request that broke on a connection used before: then no fault would show.
    if ('maxRequestsPerSocket' in server) server.maxRequestsPerSocket = 1
    server.listen(wanted, host)
    await once(server, 'listening')
    servers.push(server)
    return (server.address() as AddressInfo).port
  }

  async function close(): Promise<void> {
    for (const server of servers) {
      server.close()
      if ('closeAllConnections' in server) server.closeAllConnections()
    }
  }

  const taken = await listen('127.0.0.1', port)
  try {
    // A browser may try either address of `localhost` first: nobody else must be found there.
    await listen('::1', taken)
  } catch (error) {
    if (codeOf(error) === 'EADDRINUSE') {
      await close()
      throw error
    }
  }
  return { url: `http://localhost:${taken}`, close }
}

export function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined
}
