import { nativeFetch } from '../browser/browser-environment.ts'
import { browserClock } from '../browser/clock.ts'
import type { AccessToken } from '../session/access-token.ts'
import { createExpiryRule } from '../session/expiry-rule.ts'
import type { Gate } from '../session/gate.ts'
import { createRequestNews } from '../session/request-news.ts'
import type { Standing } from '../session/standing.ts'
import type { GiveUp } from '../session/waiting-line.ts'
import { ownOrigin, resolveInput } from './address.ts'
import type { Listeners } from './listeners.ts'

export interface TestGateParts {
  readonly listeners: Listeners
  /** The token to send now; null to send without; undefined if that is not known yet. */
  admit(): AccessToken | null | undefined
  wait(giveUp: GiveUp): Promise<AccessToken | null>
  whyHeld(): 'startup' | 'expired'
  onDispose(undo: () => void): () => void
}

/** The way in for the requests of clients. There is no server behind it, and every URL is taken for the app's own. */
export function createTestGate({ listeners, ...parts }: TestGateParts): Gate {
  const { admit } = parts
  const baseUrl = `${ownOrigin()}/`
  const isWeb = (url: string) =>
    URL.canParse(url, baseUrl) && /^https?:$/.test(new URL(url, baseUrl).protocol)
  const destination = { mayCarryToken: isWeb, isAllowed: isWeb }
  const news: Pick<Standing, 'change' | 'isFollowed'> = {
    change: (_, event) => event && listeners.tell(event),
    isFollowed: listeners.isFollowed,
  }
  return {
    ...parts,
    ...destination,
    ...createRequestNews(news),
    clock: browserClock,
    tokenHeader: 'Authorization',
    expiry: createExpiryRule(undefined, 'Bearer', destination),
    csrf: undefined,
    fetch: async (input, init) => nativeFetch(resolveInput(input, baseUrl), init),
    headersFor: (url, token) =>
      token?.authorization !== undefined && isWeb(url) ? { Authorization: token.authorization } : undefined,
    isPast: () => false,
    // Nothing is refreshed here: only the test can have brought another token.
    renew: async (used) => {
      const token = admit()
      return token && token !== used ? token : null
    },
    whyPassed: (used) => (admit() === used ? 'just_issued' : 'no_session'),
  }
}
