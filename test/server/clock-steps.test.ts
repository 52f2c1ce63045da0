import { describe, expect, it } from 'vitest'
import { createApp } from '../../demo/server/app.ts'
import { createPbkdf2Hasher } from '../../demo/server/session/passwords.ts'
import { createFetch } from '../../src/clients/fetch.ts'
import { createLiveSession } from '../../src/session/live-session.ts'
import { settle } from '../helpers/fake-clock.ts'
import { createWorld } from '../helpers/world.ts'
import { createBackend, minute, second, stores } from './backend.ts'
import { grow } from './chain.ts'

const steps = [
  ['forward', 2 * minute],
  ['back', -2 * minute],
] as const

/** A page with the real client, an hour long, in front of a server whose clock is ahead by what `error` answers. */
async function runPage(error: (passed: number) => number, lifetime: number) {
  const { environment, clock } = createWorld()
  const start = clock.now().wall
  const serverClock = () => clock.now().wall + error(clock.now().wall - start)
  const { store, keys } = await createBackend(stores[0]?.create() ?? Promise.reject(new Error('no store')))
  const app = createApp({
    store,
    keys,
    passwords: createPbkdf2Hasher({ iterations: 1 }),
    clock: serverClock,
    settings: { trustCaller: true, accessTokenLifetime: lifetime, gracePeriod: second, lifetimeJitter: 0 },
  })
  const jar = new Map<string, string>()
  const pending = new Set<Promise<unknown>>()
  const seen: string[] = []
  const send = async (input: RequestInfo | URL, init?: RequestInit) => {
    const request = new Request(
      input instanceof Request ? input : new URL(String(input), 'https://app.test'),
      init,
    )
    const response = await app.fetch(request, {
      get: (name) => jar.get(name),
      set: (name, value) => void jar.set(name, value),
    })
    seen.push(`${new URL(request.url).pathname} ${response.status}`)
    return response
  }
  const fetchTracked = (input: RequestInfo | URL, init?: RequestInit) => {
    const answer = send(input, init)
    const ended = answer.catch(() => undefined).finally(() => pending.delete(ended))
    pending.add(ended)
    return answer
  }
  await fetchTracked('/auth/login', {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-silent-refresh': '1' },
    body: JSON.stringify({ email: 'demo@example.com', password: 'correct horse' }),
  })
  const session = createLiveSession(
    { refresh: '/auth/refresh', signOut: '/auth/logout' },
    { ...environment, fetch: fetchTracked },
  )
  const events: string[] = []
  session.subscribe(({ type }) => events.push(type))
  const call = createFetch(session)

  /** The server's work is real: the page's time stands still meanwhile. */
  async function finish(): Promise<void> {
    await settle()
    while (pending.size > 0) {
      await Promise.all(pending)
      await settle()
    }
  }
  const answers: number[] = []
  for (let passed = 0; passed < 60 * minute; passed += 2 * second) {
    await clock.advance(2 * second)
    await finish()
    if (passed % (20 * second) !== 0) continue
    const answer = call('/api/me')
    await finish()
    answers.push((await answer).status)
  }
  const told = [...events]
  session.dispose()
  await store.close()
  return { answers, events: told, seen, happened: new Set(seen) }
}

describe('a page and a server whose clocks differ', { timeout: 60_000 }, () => {
  it.each([
    ['15 minutes', 15 * minute],
    ['one minute', minute],
  ])('with tokens of %s the client notices nothing of an error of two minutes', async (_case, lifetime) => {
    const right = await runPage(() => 0, lifetime)
    expect(right.happened).toEqual(new Set(['/auth/login 200', '/api/me 200', '/auth/refresh 200']))
    for (const error of [2 * minute, -2 * minute]) {
      const wrong = await runPage(() => error, lifetime)
      expect(wrong.seen).toEqual(right.seen)
      expect(wrong.events).toEqual(right.events)
    }
  })

  it.each([
    ['forward and back again', 2 * minute],
    ['back and forward again', -2 * minute],
  ])('stay together when the server’s is set %s', async (_case, error) => {
    for (const lifetime of [15 * minute, minute]) {
      const wrongNow = (passed: number) => (passed > 20 * minute && passed < 40 * minute ? error : 0)
      const { answers, happened, events } = await runPage(wrongNow, lifetime)
      expect(new Set(answers)).toEqual(new Set([200]))
      expect(happened).not.toContain('/auth/refresh 401')
      expect(events).not.toContain('ended')
    }
  })
})

describe.each(stores)('a clock that is set between two refreshes, with the $kind store', ({ create }) => {
  it.each(steps)('%s signs nobody out', async (_case, step) => {
    const backend = await createBackend(create())
    const page = backend.browser()
    await page.login()
    for (const wait of [0, second, minute]) {
      await grow(backend, page, 1)
      backend.clock.advance(wait)
      backend.clock.advance(step)
      const { status, body } = await page.refresh()
      expect(status).toBe(200)
      expect((await page.get('/api/me', body.access_token)).status).toBe(200)
      backend.clock.advance(3 * minute)
      expect((await page.refresh()).status).toBe(200)
      backend.clock.advance(-step)
      expect((await page.refresh()).status).toBe(200)
      backend.clock.advance(3 * minute)
    }
    expect(await backend.events()).not.toContain('refresh_reused')
  })

  it.each(steps)('%s leaves the access tokens that are not near their end', async (_case, step) => {
    const { browser, clock } = await createBackend(create())
    const page = browser()
    const { access_token: token } = await page.login()
    clock.advance(10 * minute)
    clock.advance(step)
    expect((await page.get('/api/me', token)).status).toBe(200)
  })

  it.each(steps)('%s makes good an answer that was lost, all the same', async (_case, step) => {
    const backend = await createBackend(create())
    const page = backend.browser()
    await page.login()
    backend.clock.advance(5 * minute)
    await page.copy().refresh()
    backend.clock.advance(step)
    expect((await page.refresh()).status).toBe(200)
    backend.clock.advance(3 * minute)
    await grow(backend, page, 3)
  })

  it.each(steps)('%s leaves the tabs of one browser with one token', async (_case, step) => {
    const backend = await createBackend(create())
    const page = backend.browser()
    await page.login()
    backend.clock.advance(5 * minute)
    const [tab, late] = [page.copy(), page.copy()]
    await tab.refresh()
    backend.clock.advance(step)
    expect((await late.refresh()).status).toBe(200)
    // The cookie of the answer that came last is the one that all of them have.
    backend.clock.advance(3 * minute)
    await grow(backend, late, 3)
  })

  it('back gives a late tab the token that the others have used meanwhile', async () => {
    const backend = await createBackend(create())
    const page = backend.browser()
    await page.login()
    backend.clock.advance(5 * minute)
    const late = page.copy()
    await page.refresh()
    await page.refresh()
    backend.clock.advance(-2 * minute)
    expect((await late.refresh()).status).toBe(200)
    expect(late.held()).toBe(page.held())
  })

  it.each(steps)('%s hides no theft', async (_case, step) => {
    const backend = await createBackend(create())
    const page = backend.browser()
    await page.login()
    const thief = page.copy()
    await grow(backend, page, 2)
    backend.clock.advance(step)
    expect((await thief.refresh()).body.code).toBe('refresh_reused')
    expect((await page.refresh()).body.code).toBe('session_revoked')
  })
})
