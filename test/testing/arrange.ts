import type { AnyEvent } from '../../src/session/events.ts'
import type { TestSession } from '../../src/testing.ts'

/** Until all that is ready has run. */
export const noMore = () => new Promise<void>((resolve) => setImmediate(resolve))

/** A transport that shows what it was given. */
export function createTransport(...statuses: number[]) {
  const sent: (string | null)[] = []
  return {
    sent,
    fetch: async (_: RequestInfo | URL, init?: RequestInit) => {
      sent.push(new Headers(init?.headers).get('Authorization'))
      return Response.json(['Ada'], { status: statuses.shift() ?? 200 })
    },
  }
}

/** What the session tells from now on. */
export function told(session: TestSession) {
  const events: AnyEvent[] = []
  session.subscribe((event) => events.push(event))
  return events
}
