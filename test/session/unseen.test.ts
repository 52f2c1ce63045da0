import { inspect } from 'node:util'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { createFetch } from '../../src/clients/fetch.ts'
import type { SessionOptions } from '../../src/session/options.ts'
import { type FakeServer, json } from '../helpers/fake-server.ts'
import { createWorld } from '../helpers/world.ts'

/** All that can be read of a value: own properties at any depth, hidden ones and those of errors included. */
function visible(value: unknown, seen = new Set<unknown>()): string {
  if (typeof value === 'function' || typeof value !== 'object' || value === null) return String(value)
  if (seen.has(value)) return ''
  seen.add(value)
  const held = Reflect.ownKeys(value).map((key) => {
    const { value: own } = Object.getOwnPropertyDescriptor(value, key) ?? {}
    return `${String(key)}: ${visible(own, seen)}`
  })
  const items =
    value instanceof Map || value instanceof Set ? [...value].map((item) => visible(item, seen)) : []
  return [...held, ...items].join('\n')
}

function print(value: unknown): string {
  return [
    visible(value),
    JSON.stringify(value),
    inspect(value, {
      depth: Infinity,
      showHidden: true,
      maxStringLength: Infinity,
      maxArrayLength: Infinity,
    }),
  ].join('\n')
}

/** The secret is what tokens and broken answers contain; nothing of it may be seen. */
const secret = 'S3CRET'

function spyOnConsole(): unknown[] {
  const printed: unknown[] = []
  const methods = ['log', 'info', 'warn', 'error', 'debug', 'trace'] as const
  const spies = methods.map((method) =>
    vi.spyOn(console, method).mockImplementation((...said) => printed.push(said)),
  )
  onTestFinished(() => {
    for (const spy of spies) spy.mockRestore()
  })
  return printed
}

interface Act {
  readonly refresh?: SessionOptions['refresh']
  readonly signOut?: SessionOptions['signOut']
  readonly onRefresh?: FakeServer['onRefresh']
}

const broken = (text: string, type = 'application/json') =>
  new Response(text, { headers: { 'Content-Type': type } })

const acts: [string, Act][] = [
  ['all is well', { onRefresh: ({ at }) => json({ access_token: `${secret}-${at}`, expires_in: 60 }) }],
  ['the answer is a token cut short', { onRefresh: () => broken(`{"access_token":"${secret}`) }],
  ['the answer is no JSON', { onRefresh: () => broken(secret, 'text/plain') }],
  ['the answer is a web page', { onRefresh: () => broken(`<p>${secret}</p>`, 'text/html') }],
  ['the answer has the token elsewhere', { onRefresh: () => json({ secret: { token: secret } }) }],
  ['the token has blanks', { onRefresh: () => json({ access_token: `${secret} ${secret}` }) }],
  ['the token has expired already', { onRefresh: () => json({ access_token: secret, expires_in: 0 }) }],
  ['the token is the one before', { onRefresh: () => json({ access_token: secret, expires_in: 60 }) }],
  ['the refusal has a body', { onRefresh: () => json({ token: secret }, { status: 401 }) }],
  ['the failure has a body', { onRefresh: () => json({ token: secret }, { status: 503 }) }],
  ['the 404 has a body', { onRefresh: () => json({ token: secret }, { status: 404 }) }],
  ['the answer breaks off', { onRefresh: () => new Response(breaksOff()) }],
  ['a function gives an answer without a token', { refresh: () => ({ secret }) as never }],
  [
    'a function gives a token that lives too short',
    { refresh: () => ({ accessToken: secret, expiresIn: 9 }) },
  ],
  ['a function gives a bad token', { refresh: () => ({ accessToken: `${secret} ` }) }],
  [
    'headers, body and csrf are secret',
    {
      refresh: {
        url: '/auth/refresh',
        headers: { 'X-Key': secret },
        body: { key: secret },
        csrf: { header: 'X-Csrf', value: secret },
      },
    },
  ],
  ['the sign-out function fails', { signOut: () => Promise.reject(new Error('no')) }],
]

function breaksOff(): ReadableStream {
  return new ReadableStream({
    start(controller) {
      controller.enqueue(new TextEncoder().encode(`{"access_token":"${secret}`))
      controller.error(new TypeError('terminated'))
    },
  })
}

describe('a token is seen nowhere but in its requests', () => {
  it.each(acts)('when %s', async (_, { onRefresh, ...options }) => {
    const printed = spyOnConsole()
    const { server, clock, open, reported } = createWorld()
    const { session, events } = open({ refreshTimeout: 1000, ...options })
    const send = createFetch(session)
    const shown: unknown[] = [session, events, reported, printed]
    const show = (promise: Promise<unknown>, isToken = false) => {
      promise.then(
        (value) => !isToken && shown.push(value),
        (error: unknown) => shown.push(error),
      )
    }
    session.subscribe((event) => shown.push(event, session.getSnapshot()))

    await clock.advance(1000)
    await session.signIn({ access_token: `${secret}-${'x'.repeat(20)}`, expires_in: 60 })
    await session.signIn({ access_token: secret, expires_in: 60 })
    server.onRefresh = onRefresh
    shown.push(session.getServerSnapshot())
    show(session.getAccessToken({ minTtl: 59_999 }), true)
    show(session.refresh(), true)
    await clock.advance(5000)
    shown.push(session.getSnapshot())
    show(send('/api/me', { signal: AbortSignal.abort() }))
    show(send('/api/me'))
    await clock.advance(70_000)
    show(session.getAccessToken(), true)
    show(send('/public/me'))
    show(session.signIn({ access_token: `${secret} x` }))
    show(session.signIn(() => broken(`{"access_token":"${secret}`)))
    show(session.signIn(() => ({ status: 200, headers: {}, data: { other: secret } })))
    await clock.advance(20_000)
    show(session.signOut())
    await clock.advance(20_000)
    shown.push(session.getSnapshot())
    session.dispose()
    show(session.signIn(secret))
    await clock.advance(0)

    expect(events.length).toBeGreaterThan(4)
    expect(print(shown)).not.toContain(secret)
    for (const { url } of [...server.hits, ...server.refreshes, ...server.signOuts]) {
      expect(url.href).not.toContain(secret)
    }
  })

  it('even to who looks for it: the search of this test finds what is hidden', () => {
    const error = Object.defineProperty(new Error('x', { cause: { deep: [secret] } }), 'hidden', {
      value: 'h1',
    })
    expect(print(error)).toContain(secret)
    expect(print(error)).toContain('h1')
  })

  it('once the user has signed out: nothing is left to be had', async () => {
    const { server, clock, openSignedIn } = createWorld()
    const { session } = await openSignedIn({ signOut: '/hangs' })
    server.onApi = () => new Promise<never>(() => {})
    session.signOut().catch(() => {})
    expect(await session.getAccessToken()).toBeNull()
    createFetch(session)('/api/me').catch(() => {})
    await clock.advance(100)
    expect(server.hits.map(({ url, authorization }) => [url.pathname, authorization]).sort()).toEqual([
      ['/api/me', null],
      ['/hangs', null],
    ])
  })
})
