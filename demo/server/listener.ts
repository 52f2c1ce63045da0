import type { IncomingMessage, ServerResponse } from 'node:http'
import type { App } from './app.ts'
import type { Control } from './control.ts'
import { createHeaderCookies } from './cookies.ts'
import { problem } from './problem.ts'
import { createStaticFiles } from './static-files.ts'

export interface ListenerOptions {
  control: Control | undefined
  staticRoot: string | undefined
  trustProxy: boolean
}

interface NodeBindings {
  incoming: IncomingMessage
  outgoing: ServerResponse
}

/** What Node's server calls: cookies out of and into the headers, the client's address, the files of the page. */
export function createListener(app: App, { control, staticRoot, trustProxy }: ListenerOptions) {
  const findFile = staticRoot === undefined ? undefined : createStaticFiles(staticRoot)

  async function answer(received: Request, { incoming }: NodeBindings): Promise<Response> {
    const request = trustProxy ? seenByProxy(received) : received
    if (!/^\/(auth|api|\.well-known)\//.test(new URL(request.url).pathname)) {
      return (await findFile?.(request)) ?? problem(404, 'not_found')
    }
    const cookies = createHeaderCookies(request.headers.get('cookie'))
    const forwarded = trustProxy ? lastOf(request.headers.get('x-forwarded-for')) : undefined
    const response = await app.fetch(request, cookies, forwarded ?? incoming.socket.remoteAddress ?? null)
    const headers = new Headers(response.headers)
    for (const cookie of cookies.written) headers.append('set-cookie', cookie)
    return new Response(response.body, { status: response.status, headers })
  }

  return async (request: Request, given: unknown): Promise<Response> => {
    const bindings = given as NodeBindings
    if (!control) return answer(request, bindings)
    if (new URL(request.url).pathname.startsWith('/control/')) return control.handle(request)
    return control.around(
      request,
      () => answer(request, bindings),
      () => bindings.outgoing.destroy(),
    )
  }
}

/** The request with the scheme it had before the proxy: `Secure` and `__Host-` depend on it. */
function seenByProxy(request: Request): Request {
  const url = new URL(request.url)
  if (lastOf(request.headers.get('x-forwarded-proto')) !== 'https' || url.protocol === 'https:')
    return request
  url.protocol = 'https:'
  return new Request(url, request)
}

/** The last entry is the proxy's own; those before it are the client's to invent. */
function lastOf(header: string | null): string | undefined {
  return header?.split(',').at(-1)?.trim() || undefined
}
