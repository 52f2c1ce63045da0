import { describe, expect, it } from 'vitest'
import { gateOf } from '../../src/session/gate.ts'
import type { SessionOptions } from '../../src/session/options.ts'
import { json } from '../helpers/fake-server.ts'
import { polluted } from '../helpers/polluted.ts'
import { track } from '../helpers/track.ts'
import { createWorld } from '../helpers/world.ts'

const evil: [string, unknown][] = [
  ['url', 'https://evil.test/'],
  ['method', 'GET'],
  ['headers', { Authorization: 'Bearer evil', 'X-Evil': '1' }],
  ['Authorization', 'Bearer evil'],
  ['body', 'evil'],
  ['credentials', 'omit'],
  ['keepalive', false],
  ['csrf', false],
  ['mode', 'no-cors'],
  ['redirect', 'follow'],
  ['cache', 'force-cache'],
  ['referrer', 'https://app.test/evil'],
  ['integrity', 'sha256-evil'],
  ['signal', AbortSignal.abort()],
  ['accessToken', () => 'evil'],
  ['access_token', 'evil'],
  ['access', 'evil'],
  ['token', 'evil'],
  ['jwt', 'evil'],
  ['data', { access_token: 'evil' }],
  ['expiry', { path: 'evil', unit: 'ms' }],
  ['expires_in', 1],
  ['expiresIn', 1],
  ['expiresAt', 1],
  ['subject', 'evil'],
  ['sub', 'evil'],
  ['exp', 1],
  ['iat', 1],
  ['refused', [200, 503]],
  ['refresh', '/evil'],
  ['origins', ['https://evil.test']],
  ['exclude', ['/api/me']],
  ['hasSession', () => false],
  ['shouldRefresh', () => true],
  ['scheme', 'Evil'],
  ['refreshMargin', 0],
  ['refreshTimeout', 1],
  ['maxWait', 1],
  ['status', 401],
  ['insists', true],
]

interface Seen {
  readonly request: unknown
  readonly token: string | undefined
  readonly snapshot: unknown
}

/** A page starts, and refreshes once more. */
async function live(options: Partial<SessionOptions> = {}): Promise<Seen> {
  const world = createWorld()
  const { server, clock } = world
  server.onRefresh = () => json({ access_token: `opaque${server.refreshes.length}`, expires_in: 60 })
  const { session } = world.open(options)
  await clock.advance(100)
  const token = gateOf(session).admit()?.authorization
  await clock.advance(59_000)
  const [hit] = server.refreshes
  const { headers: _, ...init } = { __proto__: null, ...hit?.init } as RequestInit
  return {
    request: {
      count: server.refreshes.length,
      url: hit?.url.href,
      method: hit?.method,
      headers: [...(hit?.headers ?? [])],
      body: hit?.body,
      init: JSON.stringify(init),
    },
    token,
    snapshot: JSON.stringify(session.getSnapshot()),
  }
}

describe('a polluted Object.prototype', () => {
  it.each(evil)('changes nothing about a refresh: %s', async (name, value) => {
    const clean = await live()
    const seen = await polluted({ [name]: value }, () => live())
    expect(clean).toMatchObject({
      request: { count: 2, method: 'POST', body: '{}' },
      token: 'Bearer opaque1',
    })
    expect(seen).toEqual(clean)
  })

  it.each(evil)('brings no token where the answer has none: %s', async (name, value) => {
    const world = createWorld()
    world.server.onRefresh = () => json({})
    const snapshot = await polluted({ [name]: value }, async () => {
      const { session } = world.open()
      await world.clock.advance(100)
      return session.getSnapshot()
    })
    expect(snapshot).toMatchObject({ status: 'loading', error: { code: 'ERR_INVALID_TOKEN_RESPONSE' } })
  })

  it.each(evil)('ends no session when the network fails: %s', async (name, value) => {
    const world = createWorld()
    const { session } = await world.openSignedIn()
    world.server.onRefresh = () => Promise.reject(new TypeError('Failed to fetch'))
    world.clock.sleep(world.server.lifetime)
    await polluted({ [name]: value }, async () => {
      track(session.refresh())
      await world.clock.advance(100)
    })
    expect(session.getSnapshot()).toMatchObject({ status: 'authenticated', stale: true })
  })
})
