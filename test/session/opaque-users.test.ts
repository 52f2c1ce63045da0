import { describe, expect, it } from 'vitest'
import { createFetch } from '../../src/clients/fetch.ts'
import { track } from '../helpers/track.ts'
import { createWorld } from '../helpers/world.ts'

/** Signed in as alice, with tokens that do not say whose they are. */
async function opaque() {
  const world = createWorld()
  world.server.isOpaque = true
  const opened = world.open({ refreshMargin: 0 })
  await world.clock.advance(1000)
  expect(opened.session.getSnapshot().status).toBe('authenticated')
  return { ...world, ...opened, send: createFetch(opened.session) }
}

describe('with tokens that do not say whose they are', () => {
  it('an unreadable answer of another user’s login does not hand over that user’s token', async () => {
    const { server, clock, session, send } = await opaque()
    const login = track(
      session.signIn(async () => {
        server.cookie = 'bob'
        return { ok: true }
      }),
    )
    await clock.advance(server.lifetime)
    expect(login.state).toBe('rejected')
    track(send('/api/mine'))
    await clock.advance(1000)
    expect(server.hits.map(({ authorization }) => server.ownerOf(authorization))).not.toContain('bob')
  })

  it('a login that a later, failed one has overtaken does not hand over its user’s token', async () => {
    const { server, clock, session, send } = await opaque()
    track(
      session.signIn(async () => {
        server.cookie = 'bob'
        return server.issue('bob')
      }),
    )
    track(session.signIn(() => Promise.reject(new Error('wrong password'))))
    await clock.advance(server.lifetime)
    track(send('/api/mine'))
    await clock.advance(1000)
    expect(server.hits.map(({ authorization }) => server.ownerOf(authorization))).not.toContain('bob')
  })
})
