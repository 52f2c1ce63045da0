import type { IncomingMessage } from 'node:http'
import { onTestFinished } from 'vitest'
import { type BuiltPage, type Handler, servePage } from './page-host.ts'

interface Call {
  readonly path: string
  readonly status: number
  readonly authorization: string | undefined
}

const cookiesOf = ({ headers }: IncomingMessage) =>
  Object.fromEntries(new URLSearchParams((headers.cookie ?? '').replaceAll('; ', '&')))

/**
 * A backend that keeps every token in a cookie: access and refresh token where no script can read them, and the CSRF token where
 * the page can. Refresh tokens are spent once.
 */
export async function startCookieBackend(page: BuiltPage) {
  const calls: Call[] = []
  let current = { access: 'a0', refresh: 'r0', csrf: 'c0' }
  let isOver = false
  let serial = 0

  function next(): string[] {
    serial++
    current = { access: `a${serial}`, refresh: `r${serial}`, csrf: `c${serial}` }
    return [
      `access=${current.access}; Path=/; HttpOnly; SameSite=Strict`,
      `refresh=${current.refresh}; Path=/; HttpOnly; SameSite=Strict`,
      `XSRF-TOKEN=${current.csrf}; Path=/; SameSite=Strict`,
    ]
  }

  function answer(request: IncomingMessage, path: string): { status: number; cookies?: string[] } {
    const cookies = cookiesOf(request)
    if (path === '/csrf-cookie')
      return { status: 204, cookies: [`XSRF-TOKEN=${current.csrf}; Path=/; SameSite=Strict`] }
    if (request.headers['x-xsrf-token'] !== current.csrf) return { status: 419 }
    if (path === '/auth/login') return { status: 200, cookies: next() }
    if (path === '/auth/refresh') {
      return isOver || cookies.refresh !== current.refresh
        ? { status: 401 }
        : { status: 200, cookies: next() }
    }
    if (path === '/auth/logout') {
      isOver = true
      return { status: 204 }
    }
    return { status: cookies.access === current.access ? 200 : 401 }
  }

  const handle: Handler = (request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost')
    if (!/^\/(auth|api|csrf-cookie)/.test(pathname)) return false
    const { status, cookies } = answer(request, pathname)
    calls.push({ path: pathname, status, authorization: request.headers.authorization })
    response.setHeader('content-type', 'application/json')
    if (cookies) response.setHeader('set-cookie', cookies)
    response.writeHead(status).end(status === 204 ? undefined : JSON.stringify({ expires_in: 600 }))
    return true
  }

  const { origin, close } = await servePage(page.directory, handle)
  onTestFinished(close)
  return {
    origin,
    calls,
    /** How often it was asked for something, and answered so. */
    count: (path: string, status?: number) =>
      calls.filter((call) => call.path === path && (status === undefined || call.status === status)).length,
    /** Accepts no access token issued so far. */
    expireAccess() {
      current = { ...current, access: 'none' }
    },
    /** Accepts no CSRF token issued so far. */
    changeCsrf() {
      current = { ...current, csrf: `changed${++serial}` }
    },
    endSession() {
      isOver = true
    },
  }
}
