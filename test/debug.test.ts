import { inspect } from 'node:util'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { createFetch } from '../src/clients/fetch.ts'
import { debug } from '../src/debug.ts'
import type { Session } from '../src/session/session.ts'
import { json } from './helpers/fake-server.ts'
import { createWorld } from './helpers/world.ts'

afterEach(() => vi.restoreAllMocks())

async function arrange(options: Parameters<ReturnType<typeof createWorld>['open']>[0] = {}) {
  const world = createWorld()
  const opened = await world.openSignedIn(options)
  const lines: string[] = []
  const stop = debug(opened.session, { log: (line) => lines.push(line) })
  return { ...world, ...opened, lines, stop, send: createFetch(opened.session) }
}

/** Without what changes from run to run. */
const plain = (lines: string[]) => lines.map((line) => line.replace(/^silent-refresh \+[\d.]+ s {2}/, ''))

describe('the debug observer', () => {
  it('tells the story of an expired token: why, who waited, how long, and what came of it', async () => {
    const { send, server, clock, lines } = await arrange({ refreshMargin: 0 })
    await clock.advance(server.lifetime)
    const calls = Promise.all(['/api/a?key=secret', '/api/b'].map((url) => send(url)))
    await clock.advance(100)
    await calls
    expect(plain(lines)).toEqual([
      'authenticated, good until 2026-01-01T00:01:00.000Z; tabs: full',
      'GET /api/a waits: the token held is good no more',
      'refresh wanted: somebody waits, and the token held is good no more',
      'GET /api/b waits: the token held is good no more',
      'refreshed in 50 ms: 2 waited; good until 2026-01-01T00:02:00.000Z',
      'GET /api/a sent, having waited 50 ms',
      'GET /api/b sent, having waited 50 ms',
    ])
    expect(lines[1]).toMatch(/^silent-refresh \+60\.000 s {2}/)
  })

  it('tells why a session was kept, and why it ended', async () => {
    const { server, clock, lines } = await arrange()
    server.onRefresh = () => json({}, { status: 503, headers: { 'Retry-After': '60' } })
    await clock.advance(50_000)
    server.onRefresh = () => json({}, { status: 401 })
    await clock.advance(120_000)
    const story = plain(lines)
    expect(story).toContainEqual(
      expect.stringMatching(
        /^refresh failed, the session is kept: The refresh endpoint answered 503\. \(again at 2026-.*Z\); nobody waited$/,
      ),
    )
    expect(story).toContain('stale: the token has expired, and no refresh has succeeded')
    expect(story.at(-1)).toBe('session over (expired): The refresh endpoint answered 401.')
  })

  it('tells why a 401 was passed on', async () => {
    const { send, server, clock, lines } = await arrange()
    server.onApi = () => json({}, { status: 401, headers: { 'WWW-Authenticate': 'Basic realm="x"' } })
    const call = send('/api/a')
    await clock.advance(100)
    await call
    expect(plain(lines).at(-1)).toBe('GET /api/a keeps its 401: it does not say that the token has expired')
  })

  it('sums up what many requests have in common', async () => {
    const { send, server, clock, lines } = await arrange({ refreshMargin: 0 })
    await clock.advance(server.lifetime)
    const calls = Promise.all(Array.from({ length: 500 }, (_, index) => send(`/api/${index}`)))
    await clock.advance(100)
    await calls
    expect(lines).toHaveLength(12)
    expect(plain(lines).at(-1)).toBe('and 497 more like these')
  })

  it('may leave requests out', async () => {
    const { session, server, clock } = await arrange({ refreshMargin: 0 })
    const lines: string[] = []
    debug(session, { log: (line) => lines.push(line), requests: false })
    await clock.advance(server.lifetime)
    const call = createFetch(session)('/api/a')
    await clock.advance(100)
    await call
    expect(plain(lines).slice(1)).toEqual([
      'refresh wanted: somebody waits, and the token held is good no more',
      expect.stringMatching(/^refreshed in 50 ms/),
    ])
  })

  it('prints to the console, and stops when told to', async () => {
    const log = vi.spyOn(console, 'log').mockImplementation(() => {})
    const { session, clock } = await arrange()
    const stop = debug(session)
    const refreshed = session.refresh()
    await clock.advance(100)
    await refreshed
    expect(log.mock.calls.length).toBe(3)
    stop()
    const out = session.signOut()
    await clock.advance(1000)
    await out
    expect(log.mock.calls.length).toBe(3)
  })

  it('never prints a token, a body or the query of a URL', async () => {
    const { send, session, server, clock, lines } = await arrange()
    server.expireAll()
    const call = send('/api/a?token=hunter2#hunter2', { method: 'POST', body: 'hunter2' })
    await clock.advance(1000)
    await call
    server.onRefresh = () => json({ access_token: 'hunter2', expires_in: -1 })
    const failed = session.refresh().catch(() => {})
    await clock.advance(1000)
    await failed
    const text = inspect(lines)
    expect(text).not.toMatch(/hunter2|eyJ/)
  })

  it('wants a session', () => {
    expect(() => debug({} as Session)).toThrow(TypeError)
  })
})
