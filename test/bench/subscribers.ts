import { createFetch } from '../../src/clients/fetch.ts'
import { openSession, token } from './environment.ts'
import { type Call, type Cost, inTurns, type Rounds, race } from './rounds.ts'
import { stubFetch } from './stubs.ts'

/** What those who listen cost a call with a valid token. The last ones want to hear of each request. */
export async function raceWithSubscribers(rounds: Rounds): Promise<Cost[]> {
  const calls: Record<string, Call> = {}
  const url = inTurns('/api')
  const sessions = await Promise.all(
    [0, 1, 100, -100].map(async (count) => {
      const session = openSession()
      await session.signIn({ access_token: token, expires_in: 3600 })
      const own = Math.abs(count)
      for (let index = 0; index < own; index++) {
        if (count > 0) session.subscribe(() => {})
        else session.subscribe(() => {}, { requests: true })
      }
      const send = createFetch(session, { fetch: stubFetch as typeof fetch })
      calls[count < 0 ? `${own}, with \`requests: true\`` : String(own)] = () => send(url())
      return session
    }),
  )
  // Numbers as keys of an object would come in an order of their own.
  const names = ['0', '1', '100', '100, with `requests: true`']
  const costs = await race(Object.fromEntries(names.map((name) => [name, calls[name] as Call])), rounds)
  for (const session of sessions) session.dispose()
  return costs
}
