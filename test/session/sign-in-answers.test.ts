import { describe, expect, it } from 'vitest'
import { track } from '../helpers/track.ts'
import { alice, userOf } from './arrange.ts'

type Issued = ReturnType<Awaited<ReturnType<typeof alice>>['server']['issue']>

const answers: [string, (issued: Issued) => string | object][] = [
  ['a bare token', ({ access_token }) => access_token],
  ['a body', (issued) => issued],
  ['a body in the words of another backend', ({ access_token }) => ({ accessToken: access_token })],
  ['an envelope', (issued) => ({ data: issued })],
  ['a body with a status of its own', (issued) => ({ status: 'success', ...issued })],
  ['a body with headers of its own', (issued) => ({ headers: {}, ...issued })],
  ['a response of fetch', (issued) => Response.json(issued)],
  ['a response of fetch with an envelope', (issued) => Response.json({ data: issued })],
  ['a response of axios', (issued) => ({ status: 200, headers: {}, config: {}, data: issued })],
  [
    'a response of axios with an envelope',
    (issued) => ({ status: 200, headers: {}, config: {}, data: { data: issued } }),
  ],
  [
    'an object without a prototype',
    (issued) => Object.assign(Object.create(null) as object, { access_token: issued.access_token }),
  ],
]

const nonsense: [string, () => string | object][] = [
  ['an empty text', () => ''],
  ['a text with a line end', () => 'one\ntwo'],
  ['an empty object', () => ({})],
  ['null', () => null as unknown as object],
  ['nothing', () => undefined as unknown as object],
  ['a number', () => 7 as unknown as object],
  ['a token that is a number', () => ({ access_token: 7 })],
  ['a token that has expired', () => ({ access_token: 'opaque', expires_in: 0 })],
  ['an axios response without a token', () => ({ status: 200, headers: {}, data: {} })],
  ['an empty response', () => new Response(null, { status: 204 })],
  ['a web page', () => new Response('<html>')],
  ['a 401', () => Response.json({ access_token: 'opaque' }, { status: 401 })],
  ['a 500', () => Response.json({ access_token: 'opaque' }, { status: 500 })],
]

describe.each([
  ['from a login call', true],
  ['from a call made before', false],
])('a sign-in with an answer %s', (_, isCall) => {
  it.each(answers)('takes %s, and hands it back', async (_name, answerWith) => {
    const { server, clock, session, events } = await alice()
    const answer = answerWith(server.issue('bob'))
    const signIn = track(isCall ? session.signIn(() => answer) : session.signIn(answer))
    await clock.advance(0)
    expect(signIn.value).toBe(answer)
    expect(userOf(`${await session.getAccessToken()}`)).toBe('bob')
    expect(session.getSnapshot()).toMatchObject({
      status: 'authenticated',
      expiresAt: clock.now().wall + server.lifetime,
    })
    expect(events).toEqual([{ type: 'signed-in' }])
  })

  it.each(nonsense)('refuses %s, and leaves all as it was', async (_name, answerWith) => {
    const { clock, session, events } = await alice()
    const before = session.getSnapshot()
    const answer = answerWith()
    const signIn = track(isCall ? session.signIn(() => answer) : session.signIn(answer))
    await clock.advance(0)
    expect(signIn).toMatchObject({
      state: 'rejected',
      error: { name: 'InvalidTokenResponseError', code: 'ERR_INVALID_TOKEN_RESPONSE' },
    })
    expect(session.getSnapshot()).toBe(before)
    expect(userOf(`${await session.getAccessToken()}`)).toBe('alice')
    expect(events).toEqual([])
  })

  it('leaves the body of a response to the app', async () => {
    const { server, clock, session } = await alice()
    const answer = Response.json({ ...server.issue('bob'), name: 'Bob' })
    const signIn = track(isCall ? session.signIn(() => answer) : session.signIn(answer))
    await clock.advance(0)
    expect(await signIn.value?.json()).toMatchObject({ name: 'Bob' })
  })

  it('reads it as it reads those of the refresh endpoint', async () => {
    const refresh = {
      url: '/auth/refresh',
      accessToken: ['auth.bearer', 'access_token'],
      expiry: { path: 'auth.ttl', unit: 'ms' },
      subject: 'auth.user',
    } as const
    const { clock, session } = await alice({ refresh })
    const answer = { auth: { bearer: 'opaque', ttl: 5000, user: 7 }, access_token: 'other' }
    const signIn = track(isCall ? session.signIn(() => answer) : session.signIn(answer))
    await clock.advance(0)
    expect(signIn.state).toBe('resolved')
    expect(await session.getAccessToken()).toBe('opaque')
    expect(session.getSnapshot().expiresAt).toBe(clock.now().wall + 5000)
  })
})

describe('a sign-in with a token of unknown life', () => {
  it('works by 401 alone', async () => {
    const { server, clock, session, send } = await alice()
    await session.signIn('opaque')
    expect(session.getSnapshot().expiresAt).toBeUndefined()
    const call = track(send('/api/me'))
    await clock.advance(1000)
    expect(call.value?.status).toBe(200)
    expect(server.hits.map(({ authorization }) => authorization?.startsWith('Bearer ey'))).toEqual([
      false,
      true,
    ])
    expect(server.refreshes).toHaveLength(1)
  })
})
