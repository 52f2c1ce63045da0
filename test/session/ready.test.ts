import { describe, expect, it } from 'vitest'
import { createInertSession } from '../../src/session/inert-session.ts'
import type { Session } from '../../src/session/session.ts'
import { json } from '../helpers/fake-server.ts'
import { track } from '../helpers/track.ts'
import { createWorld } from '../helpers/world.ts'

const watch = (session: Session) => track(session.ready())

describe('ready()', () => {
  it('waits until the first refresh has found somebody', async () => {
    const { open, clock } = createWorld()
    const { session } = open()
    const ready = watch(session)
    await clock.advance(40)
    expect(ready.state).toBe('pending')
    await clock.advance(100)
    expect(ready.state).toBe('resolved')
    expect(session.getSnapshot().status).toBe('authenticated')
  })

  it('is there once nobody is known to be signed in', async () => {
    const { open, clock, server } = createWorld()
    server.onRefresh = () => json({}, { status: 401 })
    const { session } = open()
    const ready = watch(session)
    await clock.advance(100)
    expect(ready.state).toBe('resolved')
    expect(session.getSnapshot().status).toBe('unauthenticated')
  })

  it('does not wait for a server that cannot be reached', async () => {
    const { open, clock, server } = createWorld()
    server.onRefresh = () => json({}, { status: 503 })
    const { session } = open()
    const ready = watch(session)
    await clock.advance(100)
    expect(ready.state).toBe('resolved')
    expect(session.getSnapshot()).toMatchObject({ status: 'loading', error: expect.any(Error) })
  })

  it('comes with a sign-in, or a dispose', async () => {
    for (const act of [
      (session: Session) => session.signIn('token'),
      async (session: Session) => session.dispose(),
    ]) {
      const { open, clock } = createWorld()
      const { session } = open()
      const ready = watch(session)
      await act(session)
      await clock.advance(0)
      expect(ready.state).toBe('resolved')
    }
  })

  it('is there at once for a visitor who is known to be anonymous', async () => {
    const { open, clock, server } = createWorld()
    const { session } = open({ hasSession: () => false })
    const ready = watch(session)
    await clock.advance(0)
    expect(ready.state).toBe('resolved')
    expect(server.refreshes).toHaveLength(0)
  })

  it('is there at once on a server, where nothing will ever be known', async () => {
    const { environment, clock } = createWorld()
    const session = createInertSession(environment)
    const ready = watch(session)
    await clock.advance(0)
    expect(ready.state).toBe('resolved')
    expect(session.ready()).toBe(session.ready())
  })

  it('is the same promise each time, before and after', async () => {
    const { open, clock } = createWorld()
    const { session } = open()
    const first = session.ready()
    await clock.advance(100)
    expect(session.ready()).toBe(first)
  })
})
