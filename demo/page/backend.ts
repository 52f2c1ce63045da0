import type { Faults } from '../host/faults.ts'
import type { DemoState } from '../host/steering.ts'

/** Steers a backend of the demo, past the session: by plain fetch. */
export function steer(base: string) {
  return {
    state: () => ask(base, 'state'),
    change: (changes: Partial<Faults>) => ask(base, 'faults', changes),
    expireTokens: () => ask(base, 'expire', {}),
    revoke: () => ask(base, 'revoke', {}),
    steal: () => ask(base, 'steal', {}),
    presentStolen: () => ask(base, 'present', {}),
  }
}

/** The page's own. */
export const backend = steer('')

async function ask(base: string, what: string, body?: object): Promise<DemoState> {
  const url = `${base}/demo/${what}`
  const headers = { 'Content-Type': 'application/json' }
  const response = await fetch(url, body && { method: 'POST', headers, body: JSON.stringify(body) })
  if (!response.ok) throw new Error(`${url} answered ${response.status}`)
  return (await response.json()) as DemoState
}
