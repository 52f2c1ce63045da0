import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Control } from './control.ts'
import type { Handler } from './handler.ts'
import { createStaticFiles } from './static-files.ts'

interface NodeBindings {
  incoming: IncomingMessage
  outgoing: ServerResponse
}

/** What Node's server calls: the backend, the files of the page, and a test's misbehaviour around both. */
export function createListener(
  handle: Handler,
  control: Control | undefined,
  staticRoot: string | undefined,
) {
  const findFile = staticRoot === undefined ? undefined : createStaticFiles(staticRoot)

  async function answer(request: Request, { incoming }: NodeBindings): Promise<Response> {
    const isBackend = /^\/(auth|api|\.well-known)\//.test(new URL(request.url).pathname)
    const file = isBackend ? undefined : await findFile?.(request)
    return file ?? handle(request, incoming.socket.remoteAddress ?? null)
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
