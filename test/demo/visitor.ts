import { createDemoBackend } from '../../demo/host/backend.ts'
import type { DemoState } from '../../demo/host/steering.ts'
import type { TallyShelf } from '../../demo/host/tally.ts'
import { createHeaderCookies, parseCookies } from '../../demo/server/session/cookies.ts'
import { createPbkdf2Hasher } from '../../demo/server/session/passwords.ts'
import { createMemoryStore, type Shelf } from '../../demo/server/store/memory-store.ts'

const origin = 'http://localhost:5173'

export function createShelf(): Shelf {
  let text: string | null = null
  return {
    load: () => text,
    save: (saved) => {
      text = saved
    },
  }
}

/** One browser's cookies in front of the backend. */
export async function createVisitor(
  shelves: { tables?: Shelf; faults?: Shelf; tally?: TallyShelf } = {},
  jar = new Map<string, string>(),
) {
  const backend = await createDemoBackend({
    store: createMemoryStore(shelves.tables),
    passwords: createPbkdf2Hasher({ iterations: 10 }),
    settings: { trustCaller: true },
    ...(shelves.faults && { faultShelf: shelves.faults }),
    ...(shelves.tally && { tallyShelf: shelves.tally }),
  })

  async function send(path: string, init: RequestInit = {}): Promise<Response | null> {
    const cookies = createHeaderCookies([...jar].map((pair) => pair.join('=')).join('; '))
    const response = await backend(new Request(origin + path, init), cookies)
    for (const line of cookies.written) {
      for (const [name, value] of [...parseCookies(line)].slice(0, 1)) jar.set(name, value)
    }
    return response
  }

  const post = (path: string, body: object = {}) =>
    send(path, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', 'X-Silent-Refresh': '1' },
      body: JSON.stringify(body),
    })
  async function tokenOf(response: Response | null): Promise<string> {
    const { access_token } = (await response?.json()) ?? {}
    return access_token
  }
  const order = async (what: string, body: object = {}) =>
    (await (await post(`/demo/${what}`, body))?.json()) as DemoState
  const change = (changes: object) => order('faults', changes)
  const call = async (token: string, name: string) =>
    (await send(`/api/items?n=1&call=${name}`, { headers: { Authorization: `Bearer ${token}` } }))?.status
  const signIn = async (lane = '') => {
    const user = { email: 'demo@example.com', password: 'correct horse' }
    return tokenOf(await post(`${lane}/auth/login`, user))
  }

  return {
    jar,
    post,
    change,
    call,
    refresh: () => post('/auth/refresh'),
    renew: async () => tokenOf(await post('/auth/refresh')),
    signIn,
    send,
    order,
    state: async () => (await (await send('/demo/state'))?.json()) as DemoState,
  }
}
