import { describe, expect, it } from 'vitest'
import { json } from '../helpers/fake-server.ts'
import { createWorld } from '../helpers/world.ts'

describe('a change of the snapshot is told', () => {
  it('when the token expires while the refresh endpoint rests: stale', async () => {
    const { server, clock, openSignedIn } = createWorld()
    const { session } = await openSignedIn()
    server.onRefresh = () => json({}, { status: 503, headers: { 'Retry-After': '300' } })
    await clock.advance(52_000)
    expect(session.getSnapshot().stale).toBe(false)
    await clock.advance(20_000)
    expect(session.getSnapshot().stale).toBe(true)
  })

  it('once to a listener that leaves and comes anew at every event', async () => {
    const { clock, open } = createWorld()
    const { session } = open()
    let count = 0
    const listenOnce = () => {
      const stop = session.subscribe(() => {
        stop()
        count++
        if (count < 100) listenOnce()
      })
    }
    listenOnce()
    await clock.advance(10)
    expect(count).toBe(1)
  })
})

it('the end of a session is told once, however often its user signs out', async () => {
  const { session, events } = await createWorld().openSignedIn({ signOut: undefined })
  await session.signOut()
  await session.signOut()
  expect(events).toEqual([{ type: 'ended', reason: 'signed_out' }])
})
