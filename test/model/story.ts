import type { Clock } from '../../src/session/environment.ts'
import { signedIn } from './model.ts'
import type { Happening, World } from './world.ts'

/** Seconds since the first page was opened, in a column of its own. */
export const timeOf = (clock: Clock) => ((clock.now().monotonic - 1000) / 1000).toFixed(3).padStart(9)

/** What happens, for whoever reads the story of a failure. */
export function lineOf(happening: Happening, { truth }: World): string | undefined {
  switch (happening.type) {
    case 'sent': {
      const { page, method, url, headers } = happening.pending
      const token = truth.tokens.get(headers.get('Authorization')?.slice(7) ?? '')
      const whose = token ? ` for ${token.login.user}` : ''
      return `${page.name} sends ${method} ${url.host === 'app.test' ? url.pathname : url.href}${whose}`
    }
    case 'answered': {
      const { page, url } = happening.pending
      return `${url.pathname} of ${page.name} is answered ${happening.status ?? 'by nothing'}; the cookie is ${signedIn(truth) ?? 'nobody'}'s`
    }
    case 'told': {
      const { event, visit, token } = happening
      const reason = 'reason' in event ? ` (${event.reason})` : ''
      return `${visit.page.name}: ${event.type}${reason}${token ? ` for ${token.login.user}` : ''}`
    }
    default:
      return undefined
  }
}
