import type { AuthEndpoint } from './auth-endpoint.ts'
import { type Csrf, csrfHeader } from './csrf.ts'
import type { Environment } from './environment.ts'

/** One auth endpoint; its request is built anew for each call. */
export interface Endpoint {
  readonly url: string
  readonly method: string
  send(): Promise<Response>
}

const usualCsrf = { header: 'X-Silent-Refresh', value: '1' }

function isPlain(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null || Array.isArray(value)
}

export function createEndpoint(
  options: AuthEndpoint,
  environment: Environment,
  csrf: Csrf | undefined,
): Endpoint {
  // Without a prototype, or a polluted Object.prototype could slip options of its own into the request.
  const endpoint = { __proto__: null, ...options } as unknown as AuthEndpoint
  const url = String(endpoint.url)
  const method = (endpoint.method ?? 'POST').toUpperCase()

  function ownCsrf(): Record<string, string> {
    if (endpoint.csrf === false) return {}
    return endpoint.csrf || !csrf ? csrfHeader(endpoint.csrf ?? usualCsrf, environment.page) : csrf.headers()
  }

  async function attempt(): Promise<Response> {
    const { headers: own, body: given = {} } = endpoint
    const content = typeof given === 'function' ? given() : given
    const body = isPlain(content) ? JSON.stringify(content) : (content as BodyInit | null)
    const hasBody = body !== null && method !== 'GET' && method !== 'HEAD'

    const headers = new Headers({ Accept: 'application/json' })
    if (hasBody && body !== content) headers.set('Content-Type', 'application/json')
    const extra = {
      ...ownCsrf(),
      ...(typeof own === 'function' ? own() : own),
    }
    for (const [name, value] of Object.entries(extra)) headers.set(name, value)

    return environment.fetch(url, {
      __proto__: null,
      method,
      headers,
      ...(hasBody && { body }),
      credentials: endpoint.credentials ?? 'include',
      keepalive: endpoint.keepalive ?? true,
      // An answer from a cache would hand out a spent token, and a redirect would lead the cookie astray.
      cache: 'no-store',
      redirect: 'error',
    } as RequestInit)
  }

  return {
    url,
    method,
    async send() {
      const used = csrf?.value()
      const response = await attempt()
      return csrf?.isRefused(response.status) && (await csrf.renew(used)) ? attempt() : response
    },
  }
}
