import type { Cookies } from '../server/session/cookies.ts'
import { hashToken } from '../server/session/refresh-tokens.ts'
import { refreshCookieName } from '../server/session/session-cookies.ts'
import type { Store } from '../server/store/store.ts'
import { type Faults, readChanges } from './faults.ts'
import type { Stage, StageOptions } from './stage.ts'
import type { Counts } from './tally.ts'

/** What every `/demo/...` answers. */
export interface DemoState {
  faults: Faults
  counts: Counts
  /** How the server answered the thief, by code. */
  thief?: string
}

/** Answers what the page asks of the stage itself; the requests are JSON, which no other site can send unasked. */
export function createSteering(store: Store, inTurn: StageOptions['inTurn']) {
  const stolen = new WeakMap<Stage, string>()

  /** Like somebody who looks at the list of sessions and ends this one. */
  async function revoke(token: string): Promise<void> {
    const hash = await hashToken(token)
    const work = () =>
      store.write(async (records) => {
        const found = await records.findToken(hash)
        if (found) await records.revokeSession(found.session.id, Date.now(), 'ended')
      })
    await inTurn(work)
  }

  /** The token comes from another browser: whatever is set there does not reach this one. */
  async function playThief(stage: Stage, origin: string): Promise<string> {
    const token = stolen.get(stage)
    stolen.delete(stage)
    const headers = { 'content-type': 'application/json', 'x-silent-refresh': '1', origin }
    const request = new Request(`${origin}/auth/refresh`, { method: 'POST', headers, body: '{}' })
    const response = await stage.pass(request, { get: () => token, set: () => undefined })
    const { code = 'granted' } = (await response.json()) as { code?: string }
    return code
  }

  return async (stage: Stage, request: Request, cookies: Cookies): Promise<Response> => {
    const { faults, tally } = stage
    const { pathname, origin, protocol } = new URL(request.url)
    const isJson = request.headers.get('content-type') === 'application/json'
    const order = request.method === 'POST' && isJson ? pathname : undefined
    const token = cookies.get(refreshCookieName(protocol === 'https:'))
    let thief: string | undefined
    if (order === '/demo/faults') faults.change(readChanges(await request.json().catch(() => null)))
    if (order === '/demo/expire') faults.change({ expiredUntil: Date.now() })
    if (order === '/demo/revoke' && token) await revoke(token)
    if (order === '/demo/steal' && token) stolen.set(stage, token)
    if (order === '/demo/present') thief = await playThief(stage, origin)
    const state: DemoState = { faults: faults.read(), counts: tally.counts(), ...(thief && { thief }) }
    return Response.json(state, { headers: { 'cache-control': 'no-store' } })
  }
}
