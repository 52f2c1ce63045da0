import type { Context } from 'hono'
import type { Client } from '../session/client.ts'
import type { AppEnvironment } from '../session/ports.ts'

export type AppContext = Context<AppEnvironment>

const longestUserAgent = 256

export function describeClient(context: AppContext): Client {
  const userAgent = context.req.header('user-agent')?.slice(0, longestUserAgent) ?? null
  return { ip: context.env.ip, userAgent }
}

/** Where the answer has to be secure: everywhere but on the developer's own machine. */
export function isSecure(context: AppContext): boolean {
  return new URL(context.req.url).protocol === 'https:'
}

/** Browsers trust these like https; any other plain http would carry passwords and cookies in clear. */
export function isTrustworthy(context: AppContext): boolean {
  const { hostname } = new URL(context.req.url)
  return isSecure(context) || /^(localhost|.+\.localhost|127(\.\d+){3}|\[::1\])$/.test(hostname)
}
