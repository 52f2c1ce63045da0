import { isAxiosError } from 'axios'
import { isSilentRefreshError } from 'silent-refresh'
import type { Connection } from '../session.ts'
import type { Counters } from './counters.ts'
import type { Log } from './log.ts'
import { count, span } from './wording.ts'

export type Client = 'axios' | 'fetch'

const thisPage = crypto.randomUUID().slice(0, 8)
let calls = 0

/** One call as an app makes it; resolves with its status, or with the code of what went wrong. */
async function call(client: Client, connection: Connection): Promise<number | string> {
  calls += 1
  // The name by which the backend tells a retry from a new call.
  const name = `${thisPage}-${calls}`
  connection.recording.begin(name, client, '/api/items')
  const outcome = await send(client, name, connection)
  connection.recording.settle(name, outcome)
  return outcome
}

async function send(client: Client, name: string, { api, apiFetch }: Connection): Promise<number | string> {
  try {
    if (client === 'axios') return (await api.get('/items', { params: { n: 1, call: name } })).status
    return (await apiFetch(`/api/items?n=1&call=${name}`)).status
  } catch (error) {
    if (isAxiosError(error) && error.response) return error.response.status
    const cause = isAxiosError(error) ? error.cause : error
    if (isSilentRefreshError(cause)) return cause.code
    return error instanceof Error ? error.message : String(error)
  }
}

export interface Fired {
  count: number
  answered: number
}

/** Makes `amount` calls at once and tells what became of them. */
export async function fire(
  client: Client,
  amount: number,
  connection: Connection,
  counters: Counters,
  log: Log,
): Promise<Fired> {
  const { met } = counters
  const startedAt = performance.now()
  const outcomes = new Map<number | string, number>()

  async function fireOne(): Promise<void> {
    met.pending += 1
    const outcome = await call(client, connection)
    met.pending -= 1
    outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1)
    if (outcome === 200) met.answered += 1
    else if (outcome === 401) met.seen += 1
    else met.failed += 1
  }

  const all = Promise.all(Array.from({ length: amount }, fireOne))
  await counters.update()
  await all
  // The numbers first: whoever has read the line looks at them.
  await counters.update()
  const words = [...outcomes].map(([outcome, times]) => describe(outcome, times)).join(', ')
  const took = span(performance.now() - startedAt)
  const isGood = outcomes.size === 1 && outcomes.has(200)
  log.add(`${count(amount, 'call')} with ${client}: ${words}, in ${took}.`, isGood ? 'good' : 'bad')
  return { count: amount, answered: outcomes.get(200) ?? 0 }
}

function describe(outcome: number | string, times: number): string {
  if (outcome === 200) return `${times} answered`
  if (outcome === 401) return `${times} got a 401`
  return typeof outcome === 'number' ? `${times} got a ${outcome}` : `${times} rejected with ${outcome}`
}
