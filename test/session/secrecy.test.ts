import { inspect } from 'node:util'
import { describe, expect, it, vi } from 'vitest'
import { createFetch } from '../../src/clients/fetch.ts'
import type { SessionEvent } from '../../src/session/events.ts'
import type { SessionOptions } from '../../src/session/options.ts'
import type { Session } from '../../src/session/session.ts'
import { type FakeServer, json } from '../helpers/fake-server.ts'
import { polluted } from '../helpers/polluted.ts'
import { track } from '../helpers/track.ts'
import { createWorld } from '../helpers/world.ts'

const secret = 'eyS3cr3tT0ken'

/** All that can be got out of a value by looking: its own properties at any depth, hidden ones included. */
function textsOf(value: unknown, seen = new Set<unknown>()): string[] {
  if (typeof value === 'string') return [value]
  if (value === null || (typeof value !== 'object' && typeof value !== 'function')) return []
  if (seen.has(value)) return []
  seen.add(value)
  return Reflect.ownKeys(value).flatMap((key) => [
    String(key),
    ...textsOf(Reflect.getOwnPropertyDescriptor(value, key)?.value, seen),
  ])
}

const prints = (value: unknown) => [
  ...textsOf(value),
  String(JSON.stringify(value)),
  inspect(value, { depth: Number.POSITIVE_INFINITY, showHidden: true, getters: true }),
  String(value instanceof Error ? value.stack : ''),
]

type Scenario = [name: string, arrange: (server: FakeServer) => Partial<SessionOptions> | undefined]

const respond = (answer: () => Response | Promise<Response>) => (server: FakeServer) => {
  server.onRefresh = answer
  return undefined
}

const scenarios: Scenario[] = [
  ['succeeds', respond(() => json({ access_token: `${secret}${Math.random()}`, expires_in: 60 }))],
  ['is refused', respond(() => json({ access_token: secret }, { status: 401 }))],
  ['is unavailable', respond(() => json({ access_token: secret }, { status: 503 }))],
  ['does not reach the server', respond(() => Promise.reject(new TypeError('Failed to fetch')))],
  ['answers truncated JSON', respond(() => new Response(`{"access_token":"${secret}`))],
  ['answers a web page', respond(() => new Response(secret, { headers: { 'Content-Type': 'text/html' } }))],
  ['answers a token that no header can carry', respond(() => json({ access_token: `${secret}\n` }))],
  ['answers a token that has expired', respond(() => json({ access_token: secret, expires_in: 0 }))],
  ['answers the same token again', respond(() => json({ access_token: secret }))],
  ['answers 404', respond(() => json({ access_token: secret }, { status: 404 }))],
  ['is a function that answers nonsense', () => ({ refresh: () => ({ accessToken: `${secret} ` }) })],
  ['is a function that answers null', () => ({ refresh: () => null })],
  ['is a function that fails', () => ({ refresh: () => Promise.reject(new Error('no')) })],
  ['is a function that fails with a status', () => ({ refresh: () => Promise.reject({ status: 503 }) })],
]

describe.each(scenarios)('when the refresh %s', (_, arrange) => {
  it('no token is shown by events, errors, snapshots or the session, and nothing is logged', async () => {
    const logged = (['log', 'info', 'warn', 'error', 'debug'] as const).map((method) =>
      vi.spyOn(console, method).mockImplementation(() => {}),
    )
    const { server, clock, reported, open } = createWorld()
    const options = arrange(server)
    const { session, events } = open(options)
    const send = createFetch(session)
    const shown: unknown[] = [session, events, reported]
    session.subscribe(() => shown.push(session.getSnapshot()))
    const calls = [track<unknown>(send('/api/1'))]
    await clock.advance(1000)
    await session.signIn({ access_token: secret, expires_in: 60 })
    for (const act of [
      () => send('/api/2'),
      () => session.refresh().then(() => undefined),
      () => session.signIn(() => json({ access_token: secret }, { status: 403 })),
      () => session.signIn(`${secret} `),
      () => session.signIn(() => session.signIn(secret)),
    ]) {
      calls.push(track<unknown>(act()))
      await clock.advance(30_000)
    }
    calls.push(track(session.signOut()))
    await clock.advance(1000)
    session.dispose()
    calls.push(track<unknown>(session.signIn(secret)))
    await clock.advance(1000)
    shown.push(session.getSnapshot(), ...calls.map(({ error }) => error))
    for (const text of shown.flatMap(prints)) expect(text).not.toContain(secret)
    for (const spy of logged) {
      expect(spy).not.toHaveBeenCalled()
      spy.mockRestore()
    }
  })
})

describe('the sign-out', () => {
  it('shows no token in its error', async () => {
    const { session } = await createWorld().openSignedIn({
      signOut: () => Promise.reject(new Error('no')),
    })
    await session.signIn(secret)
    const error = await session.signOut().catch((reason: unknown) => reason)
    expect(error).toMatchObject({ code: 'ERR_SIGN_OUT_FAILED' })
    for (const text of prints(error)) expect(text).not.toContain(secret)
  })
})

// Without `method` and `body`: Node's own fetch falls for those.
/** All that a session could be led to believe by a property that it has not been given. */
const pollution: Record<string, unknown> = {
  access_token: 'polluted',
  accessToken: 'polluted',
  token: 'polluted',
  expires_in: 1,
  expiresIn: 1,
  data: { access_token: 'polluted' },
  status: 401,
  headers: { 'X-Polluted': '1' },
  response: { status: 401 },
  refresh: () => 'polluted',
  signOut: 'https://evil.test/out',
  origins: ['https://evil.test'],
  exclude: ['/api/me'],
  scheme: 'Polluted',
  hasSession: () => false,
  shouldRefresh: () => false,
  refreshMargin: 0,
  refreshTimeout: 1,
  maxWait: 1,
  url: 'https://evil.test/refresh',
  credentials: 'omit',
  csrf: false,
  expiry: { path: 'polluted', unit: 's' },
  subject: 'polluted',
  refused: [503],
  minTtl: 1e9,
  reason: 'disposed',
  sub: 'polluted',
  exp: 1,
  iat: 0,
}

describe('a polluted Object.prototype', () => {
  async function live(world: ReturnType<typeof createWorld>, session: Session) {
    const { server, clock } = world
    const send = createFetch(session)
    const calls = [track(send('/api/me')), track(send('https://evil.test/'))]
    await clock.advance(10_000)
    server.expireAll()
    calls.push(track(send('/api/2')))
    await clock.advance(10_000)
    server.onRefresh = () => json({}, { status: 503 })
    clock.sleep(60_000)
    calls.push(track(send('/api/3')))
    await clock.advance(5000)
    server.onRefresh = undefined
    await clock.advance(20_000)
    const out = track(session.signOut())
    await clock.advance(1000)
    const signIn = track(session.signIn(() => server.issue('bob')))
    await clock.advance(1000)
    return { calls, out, signIn, snapshot: session.getSnapshot() }
  }

  /** What was sent, with one name for each token, and what was told. */
  async function trace(pollute: 'never' | 'before' | 'after') {
    const world = createWorld()
    const { server, clock, page } = world
    page.cookie = { polluted: 'polluted' }
    let events: SessionEvent[] = []
    const run = async () => {
      const opened = world.open()
      events = opened.events
      return live(world, opened.session)
    }
    const startLate = async () => {
      const opened = world.open()
      events = opened.events
      await clock.advance(0)
      return polluted(pollution, () => live(world, opened.session))
    }
    const { calls, out, signIn, snapshot } =
      pollute === 'never'
        ? await run()
        : pollute === 'before'
          ? await polluted(pollution, run)
          : await startLate()
    const tokens: unknown[] = []
    const hits = [...server.refreshes, ...server.hits, ...server.signOuts].map((hit) => {
      if (!tokens.includes(hit.authorization)) tokens.push(hit.authorization)
      const { method, url, body, at } = hit
      const token = tokens.indexOf(hit.authorization)
      return { method, url: url.href, body, at, token, csrf: hit.headers.get('X-Silent-Refresh') }
    })
    return {
      hits,
      statuses: calls.map(({ state, value }) => [state, value?.status]),
      ends: [out.state, signIn.state],
      events: events.map(({ type }) => type),
      snapshot,
    }
  }

  it.each(['before', 'after'] as const)('changes nothing when it comes %s the session', async (pollute) => {
    const clean = await trace('never')
    expect(clean.statuses.map(([, status]) => status)).toEqual([200, 401, 200, 200])
    expect(await trace(pollute)).toEqual(clean)
  })
})
