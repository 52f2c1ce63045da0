import { describe, expect, it } from 'vitest'
import { track } from '../helpers/track.ts'
import { createWorld } from '../helpers/world.ts'

describe('what is left behind', () => {
  it('by a hasSession that throws is nothing', () => {
    const { page, open } = createWorld()
    const hasSession = () => {
      throw new Error('no cookies here')
    }
    expect(() => open({ hasSession })).toThrow('no cookies here')
    expect(page.listeners).toBe(0)
  })

  it('by a session that is disposed of during a refresh is no timer', async () => {
    const { server, clock, openSignedIn } = createWorld()
    const { session } = await openSignedIn()
    server.onRefresh = () => new Promise<never>(() => {})
    track(session.refresh())
    await clock.advance(10)
    session.dispose()
    await clock.advance(0)
    expect(clock.timers).toBe(0)
  })

  it('by a refresh function whose error cannot be looked into is a session that goes on', async () => {
    const { clock, open } = createWorld()
    let isBroken = true
    const { session } = open({
      refresh() {
        if (!isBroken) return 'token'
        throw Object.defineProperty(new Error('strange'), 'response', {
          get() {
            throw new Error('stranger')
          },
        })
      },
    })
    const first = track(session.getAccessToken())
    await clock.advance(20_000)
    expect(first.state).not.toBe('pending')
    isBroken = false
    const second = track(session.getAccessToken())
    await clock.advance(60_000)
    expect(second).toMatchObject({ state: 'resolved', value: 'token' })
  })
})
