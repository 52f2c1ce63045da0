import { describe, expect, it } from 'vitest'
import { createFetch } from '../../src/clients/fetch.ts'
import { json } from '../helpers/fake-server.ts'
import { polluted } from '../helpers/polluted.ts'
import { createWorld } from '../helpers/world.ts'

const requestPollution: [string, unknown][] = [
  ['method', 'DELETE'],
  ['body', 'evil'],
  ['headers', { 'X-Evil': '1', Authorization: 'Bearer evil' }],
  ['Authorization', 'Bearer evil'],
  ['skipAuth', true],
  ['mode', 'no-cors'],
  ['credentials', 'include'],
  ['cache', 'force-cache'],
  ['redirect', 'error'],
  ['referrer', 'https://evil.test/'],
  ['integrity', 'sha256-evil'],
  ['keepalive', true],
  ['url', 'https://evil.test/'],
  ['baseURL', 'https://evil.test/'],
]

const sessionPollution: [string, unknown][] = [
  ['origins', ['https://evil.test']],
  ['exclude', [/./]],
  ['refresh', 'https://evil.test/refresh'],
  ['shouldRefresh', () => true],
  ['scheme', 'Evil'],
  ['hasSession', () => false],
  ['fetch', () => json('evil')],
  ['url', 'https://evil.test/refresh'],
]

const names = requestPollution.map(([name]) => name)

/** Notes what a browser's fetch would read of each call. Not by a Request: that of Node lets itself be polluted. */
function recording() {
  const facts: unknown[] = []
  return {
    facts,
    async fetch(input: RequestInfo | URL, init?: RequestInit) {
      const read = init as Record<string, unknown> | undefined
      const { authorization, ...headers } = Object.fromEntries(new Headers(init?.headers))
      const others = names.filter((name) => name !== 'headers').map((name) => [name, read?.[name]])
      facts.push({ input: String(input), headers, others, isOurs: /^Bearer ey/.test(authorization ?? '') })
      return new Response('', { __proto__: null, status: facts.length === 1 ? 401 : 200 } as ResponseInit)
    },
  }
}

const calls: [string, (send: typeof fetch) => Promise<Response>][] = [
  ['a URL', (send) => send('/api/me')],
  ['a URL with an init', (send) => send('/api/me', { cache: 'no-store' })],
  ['a URL with headers', (send) => send('/api/me', { headers: { 'X-Own': '1' } })],
  ['a body', (send) => send('/api/me', { method: 'POST', body: 'own' })],
]

describe('fetch: a polluted Object.prototype', () => {
  it.each(calls.flatMap((call) => requestPollution.map((pollution) => [...call, ...pollution] as const)))(
    'changes nothing about %s, by whatever name: $2',
    async (_, call, name, value) => {
      const observe = async () => {
        const world = createWorld()
        const { session } = await world.openSignedIn()
        const { facts, fetch: transport } = recording()
        return { ...world, facts, apiFetch: createFetch(session, { fetch: transport }) }
      }
      const clean = await observe()
      const expected = call(clean.apiFetch)
      await clean.clock.advance(1000)
      expect((await expected).status).toBe(200)

      const dirty = await observe()
      const status = await polluted({ [name]: value }, async () => {
        const response = call(dirty.apiFetch)
        await dirty.clock.advance(1000)
        return (await response).status
      })
      expect(status).toBe(200)
      expect(dirty.facts).toEqual(clean.facts)
      expect(dirty.facts[0]).toHaveProperty('isOurs', true)
      expect(dirty.facts).toHaveLength(2)
    },
  )

  it.each(sessionPollution)(
    'changes nothing about a session that is made after it: %s',
    async (name, value) => {
      const world = createWorld()
      const hits = await polluted({ [name]: value }, async () => {
        const { session } = await world.openSignedIn()
        const apiFetch = createFetch(session)
        const responses = Promise.all([apiFetch('/api/me'), apiFetch('https://evil.test/api')])
        await world.clock.advance(1000)
        await responses
        return world.server.hits.map(({ url, authorization }) => [url.href, authorization?.slice(0, 9)])
      })
      expect(hits.sort()).toEqual([
        ['https://app.test/api/me', 'Bearer ey'],
        ['https://evil.test/api', undefined],
      ])
    },
  )
})
