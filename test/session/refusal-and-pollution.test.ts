import { describe, expect, it } from 'vitest'
import { createFetch } from '../../src/clients/fetch.ts'
import { createSession } from '../../src/create-session.ts'
import { settle } from '../helpers/fake-clock.ts'
import { polluted } from '../helpers/polluted.ts'
import { track } from '../helpers/track.ts'
import { createWorld } from '../helpers/world.ts'

describe('a refusal while the token is still good', () => {
  it('is not repeated before the token expires, however many requests are sent', async () => {
    const { server, clock, openSignedIn } = createWorld()
    const { session } = await openSignedIn()
    const send = createFetch(session)
    server.cookie = undefined
    const end = clock.now().wall + server.lifetime
    await clock.advance(50_000)
    expect(server.refreshes).toHaveLength(1)
    for (let second = 50; second < 60; second++) {
      const call = track(send('/api/me'))
      await clock.advance(1000)
      expect(call.value?.status).toBe(200)
    }
    expect(server.refreshes.map(({ at }) => at)).toEqual([expect.any(Number), end])
    expect(session.getSnapshot()).toMatchObject({ refreshing: true })
  })
})

describe('a polluted Object.prototype', () => {
  it('with a response does not end a session when the network fails', async () => {
    const { server, clock, openSignedIn } = createWorld()
    const { session } = await openSignedIn()
    server.onRefresh = () => Promise.reject(new TypeError('Failed to fetch'))
    clock.sleep(server.lifetime)
    await polluted({ response: { status: 401 } }, async () => {
      track(session.refresh())
      await clock.advance(100)
    })
    expect(session.getSnapshot()).toMatchObject({ status: 'authenticated', stale: true })
  })

  it('with a cookie does not take the header away that shows where a refresh comes from', async () => {
    const { server, clock, open } = createWorld()
    await polluted({ cookie: 'evil' }, async () => {
      open()
      await clock.advance(100)
    })
    expect(server.refreshes[0]?.headers.get('X-Silent-Refresh')).toBe('1')
  })

  it('does not send another cookie in place of the value the app has chosen', async () => {
    const { server, clock, page, open } = createWorld()
    Object.assign(page.cookie, { secret: 'secret' })
    const csrf = { header: 'X-App', value: 'app' }
    await polluted({ cookie: 'secret' }, async () => {
      open({ refresh: { url: '/auth/refresh', csrf } })
      await clock.advance(100)
    })
    expect(server.refreshes[0]?.headers.get('X-App')).toBe('app')
  })

  it.each([
    ['minTtl', 'soon'],
    ['signal', AbortSignal.abort()],
  ])('is not taken for an option of getAccessToken: %s', async (name, value) => {
    const { openSignedIn } = createWorld()
    const { session } = await openSignedIn()
    const calls = await polluted({ [name]: value }, async () => {
      const calls = [track(session.getAccessToken()), track(session.getAccessToken({}))]
      await settle()
      return calls
    })
    expect(calls.map(({ state }) => state)).toEqual(['resolved', 'resolved'])
  })
})

describe('an option that cannot work', () => {
  it('throws: a refreshTimeout that no timer holds would be over at once', () => {
    const create = () => createSession({ refresh: '/auth/refresh', refreshTimeout: 2 ** 31 })
    expect(create).toThrow('"refreshTimeout"')
  })

  it.each([
    ['Headers, of which nothing would be sent', new Headers({ 'X-Tenant': 'acme' })],
    ['a Map, of which nothing would be sent', new Map([['X-Tenant', 'acme']])],
    ['a list, whose positions would be sent as names', ['X-Tenant: acme']],
    ['a value that no header can carry', { 'X-Tenant': 'acme\nX-Evil: 1' }],
  ])('throws: headers that are %s', (_, headers) => {
    const create = () => createSession({ refresh: { url: '/auth/refresh', headers: headers as never } })
    expect(create).toThrow('"refresh.headers"')
  })
})
