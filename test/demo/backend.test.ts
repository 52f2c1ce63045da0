import { describe, expect, it, vi } from 'vitest'
import { createDemoBackend, type DemoState } from '../../demo/host/backend.ts'
import { createHeaderCookies, parseCookies } from '../../demo/server/session/cookies.ts'
import { createPbkdf2Hasher } from '../../demo/server/session/passwords.ts'
import { createMemoryStore, type Shelf } from '../../demo/server/store/memory-store.ts'

const origin = 'http://localhost:5173'

function createShelf(): Shelf {
  let text: string | null = null
  return {
    load: () => text,
    save: (saved) => {
      text = saved
    },
  }
}

/** One browser's cookies in front of the backend. */
async function createVisitor(
  shelves: { tables?: Shelf; faults?: Shelf } = {},
  jar = new Map<string, string>(),
) {
  const backend = await createDemoBackend({
    store: createMemoryStore(shelves.tables),
    passwords: createPbkdf2Hasher({ iterations: 10 }),
    settings: { trustCaller: true },
    ...(shelves.faults && { faultShelf: shelves.faults }),
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
  const change = async (changes: object) => (await (await post('/demo/faults', changes))?.json()) as DemoState
  const call = async (token: string, name: string) =>
    (await send(`/api/items?n=1&call=${name}`, { headers: { Authorization: `Bearer ${token}` } }))?.status

  return {
    jar,
    post,
    change,
    call,
    refresh: () => post('/auth/refresh'),
    renew: async () => tokenOf(await post('/auth/refresh')),
    signIn: async () =>
      tokenOf(await post('/auth/login', { email: 'demo@example.com', password: 'correct horse' })),
    state: async () => (await (await send('/demo/state'))?.json()) as DemoState,
  }
}

describe('the faults of the demo', () => {
  it('breaks the refresh endpoint in all the ways the page offers, and mends it', async () => {
    const visitor = await createVisitor()
    await visitor.signIn()
    const cookies = new Map(visitor.jar)
    await visitor.change({ refresh: 'unavailable' })
    expect((await visitor.refresh())?.status).toBe(503)
    await visitor.change({ refresh: 'limited' })
    const limited = await visitor.refresh()
    expect([limited?.status, limited?.headers.get('Retry-After')]).toEqual([429, '5'])
    await visitor.change({ refresh: 'portal' })
    const portal = await visitor.refresh()
    expect([portal?.status, portal?.headers.get('Content-Type')]).toEqual([200, 'text/html'])
    await visitor.change({ refresh: 'cut' })
    expect(await visitor.refresh()).toBeNull()
    await visitor.change({ refresh: 'lost' })
    expect(await visitor.refresh()).toBeNull()
    expect(visitor.jar).toEqual(cookies)
    await visitor.change({ refresh: 'normal' })
    expect((await visitor.refresh())?.status).toBe(200)
  })

  it('holds back an answer, and gives up on one that never comes', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const startsWaiting = async () => {
      while (vi.getTimerCount() === 0) await new Promise((resolve) => setImmediate(resolve))
    }
    try {
      const visitor = await createVisitor()
      await visitor.signIn()
      await visitor.change({ refreshDelay: 2000 })
      const slow = visitor.refresh()
      await startsWaiting()
      vi.advanceTimersByTime(1999)
      expect(vi.getTimerCount()).toBe(1)
      vi.advanceTimersByTime(1)
      expect((await slow)?.status).toBe(200)
      await visitor.change({ refresh: 'hangs' })
      const hanging = visitor.refresh()
      await startsWaiting()
      vi.advanceTimersByTime(20_000)
      expect(await hanging).toBeNull()
    } finally {
      vi.useRealTimers()
    }
  })

  it('expires the tokens issued so far, and no later one', async () => {
    const visitor = await createVisitor()
    const token = await visitor.signIn()
    expect(await visitor.call(token, 'a')).toBe(200)
    await visitor.post('/demo/expire')
    expect(await visitor.call(token, 'b')).toBe(401)
    await vi.waitUntil(async () => (await visitor.call(await visitor.renew(), 'c')) === 200)
  })

  it('gives the next token another lifetime', async () => {
    const visitor = await createVisitor()
    await visitor.signIn()
    await visitor.change({ tokenLifetime: 5000 })
    expect(await (await visitor.refresh())?.json()).toMatchObject({ expires_in: 5 })
  })

  it('leaves what it does not understand', async () => {
    const visitor = await createVisitor()
    const { faults } = await visitor.state()
    const odd = { refresh: 'explode', refreshDelay: -1, tokenLifetime: '5', expiredUntil: null, other: 1 }
    expect((await visitor.change(odd)).faults).toEqual(faults)
    expect((await visitor.change([])).faults).toEqual(faults)
  })

  it('keeps sessions and faults over a reload where it has a shelf', async () => {
    const shelves = { tables: createShelf(), faults: createShelf() }
    const before = await createVisitor(shelves)
    const token = await before.signIn()
    await before.change({ refresh: 'unavailable', tokenLifetime: 15_000 })
    const after = await createVisitor(shelves, before.jar)
    expect((await after.state()).faults).toMatchObject({ refresh: 'unavailable', tokenLifetime: 15_000 })
    await after.change({ refresh: 'normal' })
    expect(await after.call(token, 'a')).toBe(200)
    expect((await after.refresh())?.status).toBe(200)
  })
})

it('counts refresh calls, 401s and retries, and only the calls that have a name', async () => {
  const visitor = await createVisitor()
  const token = await visitor.signIn()
  await visitor.call('old', 'first')
  await visitor.call(token, 'first')
  await visitor.call(token, 'second')
  await visitor.post('/api/echo')
  await visitor.refresh()
  expect((await visitor.state()).counts).toEqual({ refreshes: 1, unauthorized: 1, retried: 1 })
})
