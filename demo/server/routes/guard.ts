import type { Settings } from '../settings.ts'

const guardHeader = 'x-silent-refresh'

/**
 * Whether a POST to /auth/* comes from our own page. SameSite is not the defence: a sibling subdomain or another
 * port is the same site. A form can send neither JSON nor the header without asking first.
 */
export function comesFromOurPage(request: Request, settings: Settings): boolean {
  const { headers } = request
  if (!/^application\/json[ \t]*(;|$)/i.test(headers.get('content-type') ?? '')) return false
  if (headers.get(guardHeader) !== '1') return false
  return settings.trustCaller || hasAllowedOrigin(request, settings.origins)
}

function hasAllowedOrigin({ headers, url }: Request, origins: readonly string[]): boolean {
  const site = headers.get('sec-fetch-site')
  if (site === 'same-origin') return true
  const origin = headers.get('origin')
  if (origin === null) return false
  if (origins.includes(origin)) return true
  // Only where the browser did not say what the request is: an engine from before Fetch Metadata.
  return site === null && origin === new URL(url).origin
}
