import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { createFetch } from '../../src/clients/fetch.ts'
import { json } from '../helpers/fake-server.ts'
import { track } from '../helpers/track.ts'
import { createWorld } from '../helpers/world.ts'

describe('a sign-out endpoint that never answers', () => {
  it('fails the sign-out in bounded time, and the next one tries again', async () => {
    const { server, clock, openSignedIn } = createWorld()
    const { session } = await openSignedIn({ signOut: '/hangs' })
    server.onApi = () => new Promise<never>(() => {})
    const first = track(session.signOut())
    await clock.advance(60_000)
    expect(first).toMatchObject({ state: 'rejected', error: { code: 'ERR_SIGN_OUT_FAILED' } })
    const before = server.hits.length
    track(session.signOut())
    await clock.advance(60_000)
    expect(server.hits.length).toBeGreaterThan(before)
  })
})

describe('an answer of the refresh endpoint', () => {
  it('that is a JSON text is no token in the cookie-only mode', async () => {
    const { server, clock, open } = createWorld()
    server.onRefresh = () => json('ok')
    const { session } = open({ refresh: { url: '/auth/refresh', accessToken: false } })
    const call = track(createFetch(session)('/public/me'))
    await clock.advance(1000)
    expect(call.state).toBe('resolved')
    expect(server.hits.map(({ authorization }) => authorization)).toEqual([null])
  })

  it('in which the app’s own function finds no token is invalid, and is not quoted', async () => {
    const { server, clock, open } = createWorld()
    server.onRefresh = () => json({ payload: 'secret-token' })
    const { session, events } = open({
      refresh: {
        url: '/auth/refresh',
        accessToken: (body) => JSON.parse((body as { payload: string }).payload).token,
      },
    })
    const call = track(session.getAccessToken())
    await clock.advance(1000)
    expect(inspect([call, events, session.getSnapshot()], { depth: Infinity })).not.toContain('secret')
    expect(call).toMatchObject({ state: 'rejected', error: { code: 'ERR_INVALID_TOKEN_RESPONSE' } })
  })
})

describe('a login answer whose body has been read already', () => {
  it('is refused with a typed error that says so', async () => {
    const { session } = await createWorld().openSignedIn()
    const answer = json({ access_token: 'token' })
    await answer.text()
    await expect(session.signIn(answer)).rejects.toMatchObject({
      code: 'ERR_INVALID_TOKEN_RESPONSE',
      message: expect.stringContaining('read already'),
    })
  })
})
