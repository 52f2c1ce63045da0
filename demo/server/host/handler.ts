import type { App } from '../app.ts'
import { createHeaderCookies } from '../session/cookies.ts'

export interface HandlerOptions {
  /**
   * Believe the last `X-Forwarded-For` and `X-Forwarded-Proto`: only behind a proxy that sets them itself, or
   * anybody could claim any address. @default false
   */
  trustProxy?: boolean
}

/** What every server-side framework can call; `ip` is the address of the connection. */
export type Handler = (request: Request, ip?: string | null) => Promise<Response>

/** The app over plain headers, for platforms whose `Request` has `Cookie` and whose `Response` may `Set-Cookie`. */
export function createHandler(app: App, { trustProxy = false }: HandlerOptions = {}): Handler {
  return async (received, ip = null) => {
    const request = trustProxy ? seenByProxy(received) : received
    const forwarded = trustProxy ? lastOf(request.headers.get('x-forwarded-for')) : undefined
    const cookies = createHeaderCookies(request.headers.get('cookie'))
    const response = await app.fetch(request, cookies, forwarded ? withoutPort(forwarded) : ip)
    const headers = new Headers(response.headers)
    for (const cookie of cookies.written) headers.append('set-cookie', cookie)
    return new Response(response.body, { status: response.status, headers })
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

/** Some proxies tell the port, too; then IPv6 comes in brackets. */
function withoutPort(address: string): string {
  const [, bracketed, plain] = /^(?:\[([^\]]+)\]|([^:]+))(?::\d+)?$/.exec(address) ?? []
  return bracketed ?? plain ?? address
}
