import type { DemoState } from '../host/backend.ts'
import type { Faults } from '../host/faults.ts'

/** Steers the demo's backend, past the session: by plain fetch. */
export const backend = {
  state: () => ask('state'),
  change: (changes: Partial<Faults>) => ask('faults', changes),
  expireTokens: () => ask('expire', {}),
}

async function ask(what: string, body?: object): Promise<DemoState> {
  const url = `/demo/${what}`
  const headers = { 'Content-Type': 'application/json' }
  const response = await fetch(url, body && { method: 'POST', headers, body: JSON.stringify(body) })
  if (!response.ok) throw new Error(`${url} answered ${response.status}`)
  return (await response.json()) as DemoState
}
